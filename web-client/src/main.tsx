import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "./Root";
import { enter } from "./route";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/components.css";
import "./features/join/join.css";
import "./features/call/call.css";
import "./features/home/home.css";

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Root entry={enter(window.location, window.history)} />
    </StrictMode>,
  );
}
