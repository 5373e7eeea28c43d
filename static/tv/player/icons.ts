/** The player's own signs. Importing this makes them known. */
import { addIcons } from "../parts/icons";

addIcons({
  pause: "M6.5 4.8h4v14.4h-4zm7 0h4v14.4h-4z",
  rewind: "M11.5 5v14L3 12zm9 0v14L12 12z",
  forward: "M12.5 5v14l8.5-7zm-9 0v14L12 12z",
  tracks: "M5 5h14A1.5 1.5 0 0 1 20.5 6.5v9A1.5 1.5 0 0 1 19 17h-4.6L12 20.2 9.6 17H5a1.5 1.5 0 0 1-1.5-1.5v-9A1.5 1.5 0 0 1 5 5zm1.5 4v1.8h5V9zm6.5 0v1.8h4.5V9zm-6.5 3.2V14h3v-1.8zm4.5 0V14h6.5v-1.8z",
  chapters: "M4 6h3v3H4zm5 0h11v3H9zM4 10.5h3v3H4zm5 0h11v3H9zM4 15h3v3H4zm5 0h11v3H9z",
  quality: "M5 5.5h14A1.5 1.5 0 0 1 20.5 7v8.5A1.5 1.5 0 0 1 19 17H5a1.5 1.5 0 0 1-1.5-1.5V7A1.5 1.5 0 0 1 5 5.5zm.8 2.3v6.9h12.4V7.8zM8 18.3h8v1.9H8z",
  speed: "M12 5a9 9 0 0 1 9 9 8.9 8.9 0 0 1-1.3 4.7H4.3A8.9 8.9 0 0 1 3 14a9 9 0 0 1 9-9zm0 2.3A6.7 6.7 0 0 0 5.7 16.4h12.6A6.7 6.7 0 0 0 12 7.3zm4.3 2.6-3 4.8a1.7 1.7 0 1 1-1.5-1.5z",
  next: "M5 4.8v14.4l10-7.2zM16.5 5H19v14h-2.5z",
  hourglass: "M6 3h12v2.2h-1.2v2.6L13.5 12l3.3 4.2v2.6H18V21H6v-2.2h1.2v-2.6l3.3-4.2-3.3-4.2V5.2H6zm3.4 2.2v1.9L12 10.4l2.6-3.3V5.2zM12 13.6l-2.6 3.3v1.9h5.2v-1.9z",
  fill: "M4 4h6v2.2H6.2V10H4zm10 0h6v6h-2.2V6.2H14zM4 14h2.2v3.8H10V20H4zm13.8 0H20v6h-6v-2.2h3.8z",
  shrink: "M7.8 4H10v6H4V7.8h3.8zM14 4h2.2v3.8H20V10h-6zM4 14h6v6H7.8v-3.8H4zm10 0h6v2.2h-3.8V20H14z",
  check: "M9.4 18.3 3.6 12.5l1.8-1.8 4 4 9.2-9.3 1.8 1.8z",
});
