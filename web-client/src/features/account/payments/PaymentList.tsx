import type { ReactNode } from "react";
import type { Payment } from "../../../api/moneyShapes";
import { formatMoney } from "../../../call/billing";
import { Link } from "../../../app/navigation";
import { dayAndTime } from "../../call/session/words";
import { Simulated } from "../../../ui/Simulated";
import { paymentNote, paymentStateWords } from "../../../ui/moneyWords";

export interface PaymentListProps {
  readonly payments: readonly Payment[];
  /** Said where there are none. */
  readonly nothing: string;
  readonly action?: (payment: Payment) => ReactNode;
}

export function PaymentList({ payments, nothing, action }: PaymentListProps) {
  if (payments.length === 0) return <p className="empty" data-testid="empty">{nothing}</p>;
  return (
    <>
      {payments.some(({ simulated }) => simulated) ? <Simulated /> : null}
      <ul className="list" data-testid="payments">
        {payments.map((payment) => (
          <li key={payment.id} className="list__item" data-testid="payment" data-state={payment.state}>
            <div className="list__main">
              <Link to={{ page: "session", id: payment.sessionId }} className="list__title">
                Call of {dayAndTime(payment.createdAt)}
              </Link>
              <p className="list__note">
                Part {payment.window} of the call{payment.attempt > 1 ? `, try ${payment.attempt}` : ""}. {paymentNote(payment)}
              </p>
            </div>
            <span className="list__amount">{formatMoney(payment.captured.amount > 0 ? payment.captured : payment.amount)}</span>
            <span className={`badge badge--${payment.state}`}>{paymentStateWords(payment.state)}</span>
            {action?.(payment)}
          </li>
        ))}
      </ul>
    </>
  );
}
