export interface Layout {
  columns: number;
  rows: number;
}

/** A tile wider or taller than this gains nothing that anybody can see. */
const WIDEST = 1.9;
const TALLEST = 1.1;

/** The grid in which `count` tiles show the most in a space of this many pixels. */
export function layoutFor(count: number, width: number, height: number, gap: number): Layout {
  let best: Layout = { columns: 1, rows: Math.max(1, count) };
  let bestArea = -1;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    // A column that stays empty in every row is none.
    if (Math.ceil(count / rows) !== columns) continue;
    const tileWidth = (width - gap * (columns - 1)) / columns;
    const tileHeight = (height - gap * (rows - 1)) / rows;
    if (tileWidth <= 0 || tileHeight <= 0) continue;
    const area =
      Math.min(tileWidth, tileHeight * WIDEST) * Math.min(tileHeight, tileWidth * TALLEST);
    if (area > bestArea) {
      best = { columns, rows };
      bestArea = area;
    }
  }
  return best;
}

/**
 * First column of a tile, counted in half tiles from 1, so that a last row that is not full
 * stands in the middle; each tile is two half tiles wide.
 */
export function startOf(index: number, count: number, columns: number): number {
  const row = Math.floor(index / columns);
  const inRow = Math.min(columns, count - row * columns);
  return columns - inRow + 2 * (index - row * columns) + 1;
}
