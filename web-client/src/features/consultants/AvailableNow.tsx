import { useCallback, useEffect, useState } from "react";
import { availableConsultants } from "../../api/consultants";
import type { Consultant } from "../../api/consultants";
import type { Api } from "../../api/http";
import { Button } from "../../ui/Button";
import { priceWords } from "../../ui/price";
import { useLoaded } from "../../ui/useLoaded";
import { ProfileDialog } from "./ProfileDialog";
import { byFit, ratingWords } from "./words";

export interface AvailableNowProps {
  readonly api: Api;
  readonly freeSeconds: number | null;
  readonly title: string;
  /** What it is about: who knows of it comes first. */
  readonly tags?: readonly string[];
  /** Those who need not be named here. */
  readonly except?: readonly string[];
  /** What is said where nobody is free; nothing: then the section is left out. */
  readonly nobody?: string;
}

const askAgainAfter = 20_000;
const most = 4;

/** Who can be asked at this moment, and for how much. */
export function AvailableNow({ api, freeSeconds, title, tags = [], except = [], nobody }: AvailableNowProps) {
  const { value, reload } = useLoaded(useCallback(() => availableConsultants(api), [api]));
  const [open, setOpen] = useState<Consultant | null>(null);

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") reload();
    }, askAgainAfter);
    return () => clearInterval(timer);
  }, [reload]);

  if (value === null) return null;
  const others = byFit(value.filter(({ id }) => !except.includes(id)), tags);
  if (others.length === 0 && nobody === undefined) return null;
  return (
    <section className="available" aria-labelledby="available-title" data-testid="available-now" data-count={others.length}>
      <h2 id="available-title" className="board__section">{title}</h2>
      {others.length === 0 ? <p className="empty">{nobody}</p> : (
        <ul className="list">
          {others.slice(0, most).map((consultant) => (
            <li key={consultant.id} className="list__item" data-testid="available-consultant">
              <div className="list__main">
                <p className="list__title">{consultant.name}</p>
                <p className="list__note">{consultant.headline}</p>
                <p className="list__note">{ratingWords(consultant)}</p>
                <p className="price" data-testid="price">{priceWords(consultant.hourlyRate, freeSeconds)}</p>
              </div>
              <Button
                data-testid="profile-button"
                aria-haspopup="dialog"
                aria-label={`Profile of ${consultant.name}`}
                onClick={() => setOpen(consultant)}
              >
                Profile
              </Button>
            </li>
          ))}
        </ul>
      )}
      {others.length > most ? <p className="list__note">And {others.length - most} more.</p> : null}
      {open === null ? null : (
        <ProfileDialog api={api} freeSeconds={freeSeconds} id={open.id} name={open.name} onClose={() => setOpen(null)} />
      )}
    </section>
  );
}
