import { useState } from "react";
import { SendButton } from "../../../ui/SendButton";
import { Simulated } from "../../../ui/Simulated";
import { testCards } from "./setup";

export interface TestCardsProps {
  readonly isSending: boolean;
  readonly onChoose: (id: string) => void;
}

/** In place of a form for a card, where no money moves. */
export function TestCards({ isSending, onChoose }: TestCardsProps) {
  const [chosen, setChosen] = useState<string>(testCards[0].id);
  return (
    <form
      className="card__form"
      noValidate
      data-testid="test-cards"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) onChoose(chosen);
      }}
    >
      <Simulated />
      <p>This server has a stand-in for Stripe. Choose one of Stripe's test cards; there is no card number to type.</p>
      <fieldset className="choice">
        <legend className="field__label">Test card</legend>
        {testCards.map(({ id, label, text }) => (
          <label key={id} className="choice__option">
            <input
              type="radio"
              name="test-card"
              value={id}
              checked={chosen === id}
              data-testid={id}
              onChange={() => setChosen(id)}
            />
            <span>{label}</span>
            <span className="choice__text">{text}</span>
          </label>
        ))}
      </fieldset>
      <SendButton isSending={isSending} label="Store this card" labelWhileSending="Storing…" testId="store-card-button" />
    </form>
  );
}
