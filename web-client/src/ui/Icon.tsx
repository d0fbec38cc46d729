/** The client's own icons: 24 by 24, drawn with strokes. They are decoration; the words stand beside them. */
const paths = {
  mic: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Z M6 11.5a6 6 0 0 0 12 0 M12 17.5V21 M9 21h6",
  "mic-off": "M15 9.5V6a3 3 0 0 0-5.7-1.3 M9 9.5V12a3 3 0 0 0 4.6 2.5 M6 11.5a6 6 0 0 0 9.5 4.9 M18 11.5a6 6 0 0 1-.4 2.1 M12 17.5V21 M9 21h6 M4 3l16 18",
  camera: "M4.5 7h8.5a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4.5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2Z M15 11l6.5-3.5v9L15 13",
  "camera-off": "M10 7h3a2 2 0 0 1 2 2v2.5 M15 15.5A2 2 0 0 1 13 17H4.5a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2H6 M15 11l6.5-3.5v9L18 14.6 M4 3l15 18",
  screen: "M3.5 5h17v11h-17z M9 20h6 M12 16v4 M12 13V8.5 M9.8 10.5 12 8.3l2.2 2.2",
  "screen-stop": "M3.5 5h17v11h-17z M9 20h6 M12 16v4 M10 8.5l4 4 M14 8.5l-4 4",
  chat: "M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-7L7.5 20v-3.5H5A1.5 1.5 0 0 1 3.5 15V6A1.5 1.5 0 0 1 5 4.5Z M8 9h8 M8 12.3h5",
  "hang-up": "M3 14.5c0-1.2.3-2 1-2.7 2-1.9 5-2.8 8-2.8s6 .9 8 2.8c.7.7 1 1.5 1 2.7v.6c0 .7-.5 1.2-1.2 1.1l-3-.4c-.6-.1-1-.5-1-1.1l-.1-1.6a12 12 0 0 0-7.4 0l-.1 1.6c0 .6-.4 1-1 1.1l-3 .4c-.7.1-1.2-.4-1.2-1.1Z",
  settings: "M4 7h9 M17 7h3 M15 5v4 M4 12h3 M11 12h9 M9 10v4 M4 17h9 M17 17h3 M15 15v4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M9.6 9.6a2.4 2.4 0 1 1 3.6 2.1c-.8.4-1.2.9-1.2 1.8 M12 16.6v.1",
  close: "M6 6l12 12 M18 6 6 18",
  send: "M4.5 12h13 M12.5 6.5 18.5 12l-6 5.5",
  sound: "M4 9.5h3.5L12 6v12l-4.5-3.5H4z M15.5 9a4 4 0 0 1 0 6 M18 6.5a8 8 0 0 1 0 11",
  warning: "M12 4 2.8 19.5h18.4Z M12 10v4.5 M12 17v.1",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M12 11v5.5 M12 7.6v.1",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Z M12 7v5.2l3.2 2",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z M4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5",
  signal: "M5 19v-3 M10 19v-6.5 M15 19V9 M20 19V5",
  "side-by-side": "M3.5 6h7.5v12H3.5z M13 6h7.5v12H13z",
  "speaker-view": "M3.5 5h17v14h-17z M13.5 13h5v4h-5z",
  "eye-off": "M4 4l16 16 M9.9 5.8A9.6 9.6 0 0 1 12 5.5c5 0 8 4.2 9 6.5-.4 1-1.3 2.4-2.6 3.7 M6.6 7.3C4.7 8.6 3.5 10.600 3 12c1 2.300 4 6.500 9 6.500 1.800 0 3.300-.5 4.600-1.200 M10 10.200a2.800 2.800 0 0 0 3.900 3.900",
  expand: "M4 9V4h5 M20 9V4h-5 M4 15v5h5 M20 15v5h-5",
  shrink: "M9 4v5H4 M15 4v5h5 M9 20v-5H4 M15 20v-5h5",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
