import { Store } from "../../store";

const key = "consult.ring";

function stored(): boolean {
  try {
    return localStorage.getItem(key) !== "off";
  } catch {
    return true;
  }
}

/** Whether requests ring aloud in this browser. */
export const ringSound = new Store(stored());

export function setRingSound(on: boolean): void {
  ringSound.set(on);
  try {
    localStorage.setItem(key, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}
