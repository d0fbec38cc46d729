/** Stands wherever money is shown that is none. */
export function Simulated() {
  return <p className="simulated" data-testid="simulated">Simulated: no money moves</p>;
}
