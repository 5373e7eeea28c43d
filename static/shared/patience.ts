/**
 * Whether a way to play that stopped is begun once more, though the server is well now. A network or a server that was
 * gone for a while says nothing of the way, and is no reason for a worse picture.
 */

/** Who answers later than this was away meanwhile. */
const AWAY_MS = 4000;
/** Times that a way is begun anew before it plays: after an absence, and where it has played before. */
const AFTER_ABSENCE = 5;
const AFTER_PLAYING = 1;

export class Patience {
  private way = "";
  private hasPlayed = false;
  private again = 0;

  /** A way is tried, perhaps the same as before. */
  begin(way: string): void {
    if (way !== this.way) {
      this.way = way;
      this.hasPlayed = false;
      this.again = 0;
    }
  }

  played(): void {
    this.hasPlayed = true;
    this.again = 0;
  }

  /** The server took so long to say that it is well; `starved` where nothing came, and what had come did play. */
  isWorthAnother(starved: boolean, tookMs: number): boolean {
    const most = tookMs >= AWAY_MS ? AFTER_ABSENCE : starved && this.hasPlayed ? AFTER_PLAYING : 0;
    this.again += 1;
    return this.again <= most;
  }
}
