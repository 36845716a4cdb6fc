// The values of a list's columns: how they read, what a search finds, how they sort.

const alphabet = new Intl.Collator("en-GB", { numeric: true, sensitivity: "base" });

export const isBlank = (value) => value === null || value === undefined || value === "";

export function plainText(column, value) {
  if (isBlank(value)) return "";
  if (column.kind === "yes") return value ? "Yes" : "No";
  return String(value);
}

// As it is read; a search goes by what is typed, which has a hyphen before a number and no comma in it.
export function readText(column, value) {
  if (column.kind !== "number" || isBlank(value)) return plainText(column, value);
  const text = value.toLocaleString("en-GB", { maximumFractionDigits: 20 });
  return text.replace(/^-/, "\u2212");
}

// For a search, 'Zoe' is 'Zoë' and 'ZOE'.
const plainLetters = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function matches(columns, record, query) {
  const texts = columns.map((column) => plainText(column, record[column.key]));
  const text = plainLetters(texts.join("\n"));
  return plainLetters(query)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function sortValue(column, value) {
  if (column.kind === "number") return Number(value);
  if (column.kind === "yes") return value ? 0 : 1;
  if (column.kind === "choice") {
    const place = (column.choices || []).indexOf(value);
    return place < 0 ? Infinity : place;
  }
  return String(value);
}

function compare(column, a, b) {
  const one = sortValue(column, a);
  const other = sortValue(column, b);
  if (typeof one === "string") return alphabet.compare(one, other);
  if (one === other) return alphabet.compare(String(a), String(b));
  return one < other ? -1 : 1;
}

// Blanks come last whichever way the column is sorted.
export function inOrder(columns, records, order) {
  const column = columns.find((one) => one.key === order.key);
  if (!column) return records;
  const valued = records.filter((record) => !isBlank(record[column.key]));
  const blank = records.filter((record) => isBlank(record[column.key]));
  const direction = order.descending ? -1 : 1;
  valued.sort((a, b) => direction * compare(column, a[column.key], b[column.key]));
  return [...valued, ...blank];
}
