import { useMarket } from "../../app/market";
import { useNavigate } from "../../app/navigation";
import { useStore } from "../../ui/useStore";
import { Departures } from "./Departures";
import { RequestCard } from "./RequestCard";
import type { Workplace } from "./workplace";

/** Who is asking, to be answered. */
export function Incoming({ workplace }: { readonly workplace: Workplace }) {
  const { connection, tickets } = useMarket();
  const { cards, departed } = useStore(workplace.desk);
  const { skew } = useStore(connection.store);
  const navigate = useNavigate();

  const accept = async (requestId: string) => {
    const accepted = await workplace.accept(requestId);
    if (accepted === null) return;
    if (accepted.token !== null) tickets.set(accepted.sessionId, { token: accepted.token });
    navigate({ page: "session", id: accepted.sessionId });
  };
  return (
    <section aria-labelledby="incoming-title" data-testid="incoming">
      <h2 id="incoming-title" className="board__section">Questions for you</h2>
      {cards.length === 0 ? <p className="empty" data-testid="no-requests">Nobody is asking at the moment.</p> : (
        <ul className="cards">
          {cards.map((card) => (
            <li key={card.requestId}>
              <RequestCard
                card={card}
                skew={skew}
                onAccept={() => void accept(card.requestId)}
                onDecline={() => void workplace.decline(card.requestId)}
              />
            </li>
          ))}
        </ul>
      )}
      <Departures departed={departed} onDismiss={(id) => workplace.dismiss(id)} />
    </section>
  );
}
