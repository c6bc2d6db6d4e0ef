/** The Idempotency-Key of an order: the same for the same words within this page, another after it was placed. */
export class OrderKey {
  #of = '';
  #key = '';

  for(order: unknown): string {
    const text = JSON.stringify(order);
    if (text !== this.#of) {
      this.#of = text;
      this.#key = crypto.randomUUID();
    }
    return this.#key;
  }

  spend(): void {
    this.#of = '';
  }
}
