/** What differs between databases in the text of a migration. */
export interface SqlWords {
  /** A 64-bit integer: GitLab's job ids have left 32 bits behind. */
  readonly integer: string;
  /** A 64-bit primary key that counts up and never gives a number twice. */
  readonly counter: string;
  /** What follows a table's closing bracket. */
  readonly tableOptions: string;
  /** What makes a column the named field of the JSON text in another one. */
  fieldOf(column: string, field: string): string;
  /** Statements after which rows of `table` can be added, but neither changed nor deleted. */
  appendOnly(table: string): readonly string[];
}

/** One step of the schema. Once released it is never edited: what comes later is a migration of its own. */
export interface Migration {
  readonly name: string;
  statements(words: SqlWords): readonly string[];
}
