export function Brand() {
  return (
    <span className="brand">
      <svg className="brand__mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <rect width="32" height="32" rx="8" fill="#0f766e" />
        <path d="M19.5 11.2a6.5 6.5 0 1 0 0 9.6" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
        <circle cx="23" cy="16" r="2.4" fill="#5eead4" />
      </svg>
      Consultant Connect
    </span>
  );
}
