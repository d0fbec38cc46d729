import { useEffect, useRef } from "react";
import type { ChatEntry } from "../../call/chat";
import type { CallEngine } from "../../call/engine";
import type { CallState } from "../../call/state";
import { maximumChatLength } from "../../signaling/messages";
import { useKept } from "../../ui/useKept";
import { IconButton } from "../../ui/Button";

export interface ChatPanelProps {
  readonly engine: CallEngine;
  readonly state: CallState;
  readonly onClose: () => void;
}

export function ChatPanel({ engine, state, onClose }: ChatPanelProps) {
  const { entries } = state.chat;
  const [text, setText] = useKept(`chat.${state.room}`);
  const input = useRef<HTMLTextAreaElement>(null);
  const list = useRef<HTMLDivElement>(null);

  useEffect(() => {
    input.current?.focus();
  }, []);

  useEffect(() => {
    const element = list.current;
    if (element !== null) element.scrollTop = element.scrollHeight;
  }, [entries.length]);

  const send = () => {
    engine.sendChat(text);
    setText("");
    input.current?.focus();
  };

  return (
    <aside
      className="chat"
      aria-label="Chat"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
    >
      <header className="chat__head">
        <h2>Chat</h2>
        <IconButton icon="close" label="Close chat" onClick={onClose} />
      </header>
      {/* A list that scrolls must be reachable by keyboard. */}
      <div ref={list} className="chat__log" role="log" aria-label="Messages" tabIndex={0} data-testid="chat-messages">
        {entries.length === 0 ? <p className="chat__empty">No messages yet.</p> : (
          <ol className="chat__list">
            {entries.map((entry) => (
              <Message key={entry.id} entry={entry} onResend={() => engine.resendChat(entry.id)} />
            ))}
          </ol>
        )}
      </div>
      {engine.canSend ? (
        <form
          className="chat__form"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <textarea
            ref={input}
            className="chat__input field__control"
            data-testid="chat-input"
            aria-label="Message"
            placeholder="Write a message"
            rows={2}
            maxLength={maximumChatLength}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              // Enter that ends the composition of a character is not the end of the message.
              if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              send();
            }}
          />
          <IconButton
            icon="send"
            label="Send"
            type="submit"
            className="chat__send"
            data-testid="chat-send"
            disabled={text.trim() === ""}
          />
        </form>
      ) : null}
    </aside>
  );
}

function Message({ entry, onResend }: { readonly entry: ChatEntry; readonly onResend: () => void }) {
  return (
    <li
      className={`message ${entry.own ? "message--own" : ""} message--${entry.delivery}`}
      data-delivery={entry.delivery}
    >
      <p className="message__meta">
        <span>{entry.own ? "You" : entry.name}</span> <time dateTime={entry.sentAt}>{timeOfDay(entry.sentAt)}</time>
      </p>
      <p className="message__text">{entry.text}</p>
      {entry.delivery === "pending" ? <p className="message__fate">Sending…</p> : null}
      {entry.delivery === "failed" ? (
        <p className="message__fate">
          Not sent.{" "}
          <button type="button" className="message__again" onClick={onResend}>Send again</button>
        </p>
      ) : null}
    </li>
  );
}

function timeOfDay(time: string): string {
  return new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}
