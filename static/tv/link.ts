/**
 * What the address asks for, after the `#`: a one-time invitation or a pairing to approve.
 *
 * It is taken out of the address at once, so that it neither stays in the history nor is shown.
 */

export interface Link {
  invitation: string | null;
  approve: string | null;
}

export function parseLink(hash: string): Link {
  const found: Link = { invitation: null, approve: null };
  for (const part of hash.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at);
    const value = decoded(part.slice(at + 1));
    if (at > 0 && value !== "") {
      if (name === "invitation") {
        found.invitation = value;
      } else if (name === "approve" || name === "user_code") {
        found.approve = value;
      }
    }
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return ""; // typed or cut by hand
  }
}

export function takeLink(): Link {
  const link = parseLink(window.location.hash);
  if (window.location.hash !== "") {
    const { pathname, search } = window.location;
    window.history.replaceState(window.history.state, "", pathname + search);
  }
  return link;
}
