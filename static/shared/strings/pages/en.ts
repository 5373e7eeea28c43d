/** English, for the pages that come after the first. */
export const en = {
  "pair.title": "Pair this screen",
  "pair.step1": "Point a paired phone's camera at the picture",
  "pair.step2": "Check that the phone shows the same code",
  "pair.step3": "Press Allow on the phone",
  "pair.expires": "Valid for {time}",
  "pair.renewing": "Getting a code …",
  "pair.denied": "The phone said no. A new code is on its way.",
  "pair.unreachable": "The home server does not answer. Trying again …",
  "pair.qr": "QR code that opens the pairing page",
  "pair.or": "or open {uri}",
  "pair.invitationFailed": "This link has been used or has expired",
  "pair.invitationHelp": "Ask for a new one, or pair with the code.",

  "approve.title": "Let this screen in?",
  "approve.detail": "Allow it only if the same code is on a screen that you can see.",
  "approve.allow": "Allow",
  "approve.deny": "Not now",
  "approve.done": "The screen is paired",
  "approve.failed": "This code is not known any more",
  "approve.refused": "This device may not let others in. Use the owner’s phone.",

  "locked.title": "The vault is locked",
  "locked.detail": "Films and photos stay sealed until it is unlocked from a paired phone, or here.",
  "locked.label": "Passphrase",
  "locked.unlock": "Unlock",
  "locked.unlocking": "Unlocking …",
  "locked.wrong": "That is not the passphrase",
  "locked.refused": "This screen may not unlock the vault. Use a paired phone.",
  "locked.wait": "Too many tries. Try again in {n} s.",
  "locked.failed": "The vault could not be unlocked",
  "locked.show": "Show",
  "locked.hide": "Hide",

  "item.restart": "Start over",
  "item.problem": "There is a problem with this file",
  "item.other": "This kind of file cannot be shown on a TV",
  "item.more": "More from this folder",

  "photo.title": "Photo",
  "photo.failed": "This photo cannot be shown",

  "lock.title": "Lock the vault?",
  "lock.detail": "Nobody can watch anything until it is unlocked again.",
  "lock.confirm": "Lock",
  "lock.cancel": "Cancel",
  "lock.failed": "The vault could not be locked",
};

export type Words = typeof en;
