/**
 * Cholesky factors of small symmetric positive matrices, packed by rows: element (i, j), j ≤ i, is at i(i + 1)/2 + j.
 * In place, no allocation; a few hundred rows at most are meant.
 */

export function packedLength(size: number): number {
  return (size * (size + 1)) / 2;
}

/** Turns the lower half of a matrix into its factor. False when the matrix is not positive: its content is then lost. */
export function factorise(matrix: Float64Array, size: number): boolean {
  for (let row = 0; row < size; row++) {
    const start = (row * (row + 1)) / 2;
    for (let column = 0; column <= row; column++) {
      const other = (column * (column + 1)) / 2;
      let sum = matrix[start + column]!;
      for (let index = 0; index < column; index++) sum -= matrix[start + index]! * matrix[other + index]!;
      if (column < row) matrix[start + column] = sum / matrix[other + column]!;
      else if (sum > 0) matrix[start + row] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves factor · x = values, in place; reads the first `size` rows. */
export function solveLower(factor: Float64Array, size: number, values: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const start = (row * (row + 1)) / 2;
    let sum = values[row]!;
    for (let index = 0; index < row; index++) sum -= factor[start + index]! * values[index]!;
    values[row] = sum / factor[start + row]!;
  }
}

export function dot(a: Float64Array, b: Float64Array, length: number): number {
  let sum = 0;
  for (let index = 0; index < length; index++) sum += a[index]! * b[index]!;
  return sum;
}
