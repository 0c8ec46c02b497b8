/** What the traffic board shows: made by the extension, all texts translated, drawn by the webview as it is. */
export interface Board {
  readonly title: string;
  readonly state: string;
  readonly figures: readonly Figure[];
  readonly rate: Chart;
  readonly latency: Chart;
  /** Steps that began while the probe watched, for lines in the charts. */
  readonly marks: readonly Mark[];
  readonly tables: readonly Table[];
  /** Said instead of charts while there is nothing to draw. */
  readonly empty?: string;
}

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly tone?: 'good' | 'bad';
}

export interface Chart {
  readonly title: string;
  /** What a reader who sees no chart should know. */
  readonly summary: string;
  /** Name of the horizontal axis, whose values are seconds after the probe began. */
  readonly timeLabel: string;
  readonly unit: string;
  /** Seconds, ascending. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

export interface Series {
  readonly name: string;
  readonly role: 'new' | 'old' | 'other' | 'lost' | 'latency';
  /** One a time; null where there was nothing to measure. */
  readonly values: readonly (number | null)[];
}

export interface Mark {
  /** Seconds after the probe began. */
  readonly at: number;
  /** A short text at the line, explained in a table: `3`. */
  readonly text: string;
}

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
