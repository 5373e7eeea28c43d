/** A made-up household for the mock server: titles, folders and pictures drawn as SVG. Test only. */

const FILMS = [
  ["The Lighthouse Keeper's Daughter", 6840, 3840, 2160],
  ["Harbour at First Light", 5412, 1920, 1080],
  ["Summer in Brittany", 1275, 1920, 1080],
  ["Grandmother's Garden", 843, 1280, 720],
  ["A Very Long Title That Certainly Does Not Fit On One Card Of The Row", 7265, 1920, 800],
  ["Snow on the Roof", 412, 3840, 2160],
  ["Léa's First Steps", 58, 1080, 1920],
  ["The Clockmaker", 8121, 1920, 1040],
  ["Night Train South", 6233, 1920, 1080],
  ["Birthday, 1994 (tape 3)", 2710, 720, 576],
  ["Paper Boats", 5055, 1920, 1080],
  ["Across the Salt Flats", 3301, 2560, 1440],
  ["Concert in the Barn", 4410, 1920, 1080],
  ["Damaged Recording", 1200, 1920, 1080],
];
const PLACES = ["Harbour", "Dunes", "Old town", "Orchard", "Pass road", "Lake", "Kitchen", "Market", "Pier", "Forest"];
const FOLDERS = ["Films", "Holidays 2024", "Home movies", "Photos"];

function day(index) {
  return new Date(Date.UTC(2024, 7, 14) - index * 86400000 * 9).toISOString();
}

function video(title, duration_s, width, height, index, parent) {
  const id = `v${index}${parent === "f0" ? "" : parent}`;
  return {
    id, kind: "video", title, name: `${title}.mkv`, path: `/${FOLDERS[Number(parent.slice(1))]}/${title}.mkv`,
    mime: "video/x-matroska", size: Math.round(duration_s * 900000), parent, duration_s, width, height,
    taken_at: day(index), added_at: day(index), image: index === 9 ? null : `/api/v1/items/${id}/image`,
    ...(title.startsWith("Damaged") ? { problem: "incomplete or changed since it was added" } : {}),
  };
}

function photo(index, parent) {
  const title = `${PLACES[index % PLACES.length]} ${1 + Math.floor(index / PLACES.length)}`;
  const upright = index % 4 === 3;
  return {
    id: `p${index}`, kind: "photo", title, name: `IMG_${1000 + index}.jpg`, path: `/${FOLDERS[Number(parent.slice(1))]}/IMG_${1000 + index}.jpg`,
    mime: "image/jpeg", size: 3200000 + index * 1000, parent, width: upright ? 3000 : 4000, height: upright ? 4000 : 3000,
    taken_at: day(index), added_at: day(index), image: `/api/v1/items/p${index}/image`,
  };
}

export function household() {
  const films = FILMS.map(([title, duration_s, width, height], index) => video(title, duration_s, width, height, index, "f0"));
  const home = FILMS.slice(2, 9).map(([title, d, w, h], index) => video(title + " again", d, w, h, index, "f2"));
  const photos = Array.from({ length: 130 }, (_, index) => photo(index, index < 12 ? "f1" : "f3"));
  const inside = (id) => [...films, ...home, ...photos].filter((item) => item.parent === id).length;
  const folders = FOLDERS.map((title, index) => ({
    id: `f${index}`, kind: "folder", title, name: title, path: `/${title}`, parent: null,
    image: index === 1 ? "/api/v1/items/f1/image" : null, child_count: inside(`f${index}`) + (index === 0 ? 2 : 0),
  }));
  const extras = [
    { id: "f9", kind: "folder", title: "Empty box", name: "Empty box", path: "/Films/Empty box", parent: "f0", image: null, child_count: 0 },
    { id: "o1", kind: "other", title: "reading list", name: "reading list.txt", path: "/Films/reading list.txt", parent: "f0", size: 2048, image: null },
  ];
  const songs = ["First Waltz", "The Long Road Home Across the Hills and Over the Sea in Winter", "Lullaby"].map((title, index) => ({
    id: `s${index}`, kind: "other", title, name: `${title}.mp3`, path: `/Home movies/${title}.mp3`, mime: "audio/mpeg", parent: "f2",
    size: 4200000, duration_s: 60, image: index === 1 ? `/api/v1/items/s${index}/image` : null,
  }));
  return [...folders, ...extras, ...songs, ...films, ...home, ...photos];
}

function hash(text) {
  let value = 7;
  for (const letter of text) {
    value = (value * 31 + letter.charCodeAt(0)) % 9973;
  }
  return value;
}

/** A landscape: sky, sun, hills; different for each id. */
export function picture(id, upright) {
  const seed = hash(id);
  const hue = (seed * 47) % 360;
  const [width, height] = upright ? [900, 1200] : [1600, 900];
  const hill = (base, amp, shift, colour) => {
    let line = `M0 ${height}`;
    for (let x = 0; x <= width; x += width / 16) {
      line += ` L${x} ${Math.round(height * base + Math.sin(x / (140 + amp) + seed + shift) * amp + Math.sin(x / 61 + shift) * amp * 0.3)}`;
    }
    return `<path d="${line} L${width} ${height}z" fill="${colour}"/>`;
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><defs>
<linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${hue},45%,${18 + (seed % 30)}%)"/><stop offset=".7" stop-color="hsl(${(hue + 40) % 360},70%,${55 + (seed % 25)}%)"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="url(#s)"/>
<circle cx="${width * (0.2 + (seed % 60) / 100)}" cy="${height * (0.3 + (seed % 20) / 100)}" r="${60 + (seed % 50)}" fill="hsl(${(hue + 50) % 360},90%,85%)"/>
${hill(0.62, 60, 1, `hsl(${(hue + 20) % 360},35%,38%)`)}${hill(0.74, 46, 3, `hsl(${(hue + 10) % 360},35%,25%)`)}${hill(0.87, 30, 5, `hsl(${hue},38%,13%)`)}</svg>`;
}
