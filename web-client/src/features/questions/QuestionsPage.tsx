import { useCallback, useEffect } from "react";
import { listQuestions } from "../../api/market";
import type { Question } from "../../api/shapes";
import { useMarket } from "../../app/market";
import { More } from "../../ui/More";
import { Link } from "../../app/navigation";
import { Shell } from "../../app/Shell";
import { usePages } from "../../ui/usePages";
import { Waiting } from "../../ui/Waiting";
import { dayAndTime } from "../call/session/words";
import { isOpen, questionStateWords } from "./words";

export function QuestionsPage() {
  const { api, connection } = useMarket();
  const { items, value, error, reload, more, attempt } = usePages(
    useCallback((cursor: string | null) => listQuestions(api, cursor), [api]));

  useEffect(() => connection.on("question.status", reload), [connection, reload]);

  return (
    <Shell
      title="Your questions"
      action={<Link to={{ page: "ask" }} className="button button--primary">Ask a question</Link>}
    >
      {value === null ? <Waiting error={error} onRetry={reload} /> : <QuestionList questions={items} />}
      <More onMore={more} attempt={attempt} />
    </Shell>
  );
}

export function QuestionList({ questions }: { readonly questions: readonly Question[] }) {
  if (questions.length === 0) return <p className="empty" data-testid="empty">You have not asked anything yet.</p>;
  return (
    <ul className="list" data-testid="questions">
      {questions.map((question) => (
        <li key={question.id} className="list__item" data-testid="question" data-state={question.state}>
          <div className="list__main">
            <Link to={{ page: "question", id: question.id }} className="list__title">{question.title}</Link>
            <p className="list__note">{dayAndTime(question.createdAt)}</p>
            {isOpen(question) ? <p className="list__note">{question.message}</p> : null}
          </div>
          <span className={`badge badge--${question.state}`}>{questionStateWords(question)}</span>
        </li>
      ))}
    </ul>
  );
}
