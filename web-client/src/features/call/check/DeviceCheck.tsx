import { useState } from "react";
import { Button } from "../../../ui/Button";
import { CheckPanel } from "./CheckPanel";

/** The way to the check before a call: nobody is asked for a camera unasked. */
export function DeviceCheck() {
  const [isOpen, setOpen] = useState(false);
  return (
    <section className="panel check" aria-labelledby="check-title" data-testid="device-check" data-open={isOpen}>
      <div className="check__head">
        <h2 id="check-title">Check camera, sound and network</h2>
        <Button data-testid={isOpen ? "check-close" : "check-open"} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? "Done" : "Check now"}
        </Button>
      </div>
      {isOpen ? <CheckPanel /> : <p className="field__hint">It takes half a minute, and nobody sees or hears you meanwhile.</p>}
    </section>
  );
}
