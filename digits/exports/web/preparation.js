// From a drawing to the 28 x 28 pixels that the network sees, as digits/inference/preprocessing.py does with OpenCV:
// the ink cropped and scaled, every stroke redrawn with the same width, the centre of mass in the middle.
// An image is {width, height, pixels}, row by row; ink is 0 = paper, 255 = ink. SETTINGS holds that file's constants.

function preparation(SETTINGS) {
  const { SIDE, BOX, LENGTH, FINE, FAINT, WIDTH, NATURAL, SOFT, MIDDLE, DETAIL, MARGIN } = SETTINGS;

  // Return {width, height, pixels: Uint8Array} of 28 x 28, or null for a drawing without ink.
  function prepare(ink) {
    const box = bounds(ink, FAINT);
    if (!box) return null;
    const part = crop(ink, box);
    const { relief, zoom } = measure(part);
    const longest = Math.max(part.width, part.height);
    const soft = isSoft(part);
    const side = longest <= BOX && soft ? BOX : LENGTH;
    const stroke = 4 * median(positive(relief.pixels));
    const before = (stroke * side) / (longest * zoom);
    if (soft && NATURAL[0] <= before && before <= NATURAL[1]) {
      return centre(fit(part, side), side === BOX ? FINE : 1);
    }
    return centre(redraw(relief, stroke, longest * zoom), 1);
  }

  // The signed distance to the edge of the ink, positive inside, with paper around it.
  function measure(part) {
    const longest = Math.max(part.width, part.height);
    const zoom = Math.min(Math.max(1, (BOX * FINE) / longest), DETAIL / longest);
    const scaled = zoomed(part, zoom, linear8);
    const width = scaled.width + 2 * MARGIN, height = scaled.height + 2 * MARGIN;
    const level = Math.max(1, Math.floor(largest(scaled.pixels) / 2));
    const inside = new Uint8Array(width * height);
    for (let y = 0, from = 0; y < scaled.height; y++) {
      for (let x = 0, at = (y + MARGIN) * width + MARGIN; x < scaled.width; x++, at++, from++) {
        if (scaled.pixels[from] >= level) inside[at] = 1;
      }
    }
    // Distances run between pixel centres; the edge lies half way.
    const pixels = distances(inside, 0, width, height), outside = distances(inside, 1, width, height);
    for (let at = 0; at < pixels.length; at++) pixels[at] = inside[at] ? pixels[at] - 0.5 : 0.5 - outside[at];
    return { relief: { width, height, pixels }, zoom };
  }

  function redraw(relief, stroke, longest) {
    const zoom = Math.min(((LENGTH - WIDTH) * FINE) / Math.max(longest - stroke, 1), (2 * BOX * FINE) / longest);
    const level = linear(relief, rint(relief.width * zoom), rint(relief.height * zoom));
    const factor = Math.fround(zoom);
    const half = Math.fround((WIDTH * FINE - stroke * zoom) / 2);
    const pixels = level.pixels.map((value) => {
      const height = Math.fround(Math.fround(Math.fround(value * factor) + half) + 0.5); // float32 at each step, like NumPy
      return 255 * Math.min(Math.max(height, 0), 1);
    });
    return { ...level, pixels };
  }

  function fit(part, side) {
    return zoomed(part, (side * FINE) / Math.max(part.width, part.height), side === BOX ? nearest : linear8);
  }

  // Put the centre of mass in the middle of SIDE x SIDE, in steps of `grid` parts of a pixel.
  function centre(image, grid) {
    const fine = crop(image, bounds(image, 0));
    let mass = 0, right = 0, down = 0;
    for (let y = 0; y < fine.height; y++) {
      for (let x = 0; x < fine.width; x++) {
        const value = fine.pixels[y * fine.width + x];
        mass += value;
        right += value * x;
        down += value * y;
      }
    }
    const place = (moment, length) => {
      const wanted = grid * rint((MIDDLE * FINE - 0.5 - moment / mass) / grid);
      return Math.min(Math.max(wanted, 0), SIDE * FINE - length);
    };
    const left = place(right, fine.width), top = place(down, fine.height);
    const sums = new Float64Array(SIDE * SIDE);
    for (let y = 0; y < fine.height; y++) {
      const row = Math.floor((y + top) / FINE) * SIDE;
      for (let x = 0; x < fine.width; x++) {
        sums[row + Math.floor((x + left) / FINE)] += fine.pixels[y * fine.width + x];
      }
    }
    const pixels = Uint8Array.from(sums, (sum) => rint(sum / (FINE * FINE)));
    return { width: SIDE, height: SIDE, pixels };
  }

  // How much of the ink is grey: about 1 when most of it is, 0 when each pixel is paper or ink.
  function isSoft(part) {
    const most = largest(part.pixels);
    const counts = new Uint32Array(256);
    for (let at = 0; at < part.pixels.length; at++) counts[part.pixels[at]]++;
    let grey = 0, all = 0;
    counts.forEach((count, value) => {
      grey += count * (value / most) * (1 - value / most);
      all += count * (value / most);
    });
    return (4 * grey) / all > SOFT;
  }

  function zoomed(image, zoom, enlarge) {
    const size = [image.width, image.height].map((side) => Math.max(1, rint(side * zoom)));
    return (zoom < 1 ? area : enlarge)(image, ...size);
  }

  return { prepare };
}

// Round to the nearest whole number, halves to the even one, as Python and OpenCV do.
function rint(value) {
  const below = Math.floor(value), rest = value - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

function largest(values) {
  let most = 0;
  for (let at = 0; at < values.length; at++) if (values[at] > most) most = values[at];
  return most;
}

function positive(values) {
  const found = new Float32Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) if (values[at] > 0) found[count++] = values[at];
  return found.subarray(0, count);
}

function median(values) {
  const half = values.length >> 1, upper = ranked(values, half);
  if (values.length % 2) return upper;
  return Math.fround((largest(values.subarray(0, half)) + upper) / 2);
}

// Return the value that would be at `place` if the array were sorted, and move no larger one before it (Hoare 1961).
function ranked(values, place) {
  for (let low = 0, high = values.length - 1; low < high; ) {
    const pivot = values[(low + high) >> 1];
    let left = low, right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const swapped = values[left];
      values[left++] = values[right];
      values[right--] = swapped;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place];
}

// The smallest box around the pixels that exceed `least`, or null.
function bounds({ width, height, pixels }, least) {
  let left = width, top = height, right = -1, bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[y * width + x] <= least) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

function crop(image, { left, top, width, height }) {
  const pixels = new image.pixels.constructor(width * height);
  for (let y = 0; y < height; y++) {
    const start = (y + top) * image.width + left;
    pixels.set(image.pixels.subarray(start, start + width), y * width);
  }
  return { width, height, pixels };
}

// The distance of each pixel of `mask` to the nearest one that is `zero`, by OpenCV's two passes with the weights of DIST_L2 and a 5 x 5 mask
// (Borgefors, Distance transformations in digital images, 1986), in fixed point like there.
function distances(mask, zero, width, height) {
  const STRAIGHT = 65536, DIAGONAL = 91750, LONG = 143976, FAR = 0x1fffffff;
  const step = width + 4, found = new Float32Array(width * height);
  const far = new Int32Array(step * (height + 4)).fill(FAR);
  // In the first pass the neighbours before a pixel, in the second those after it: from -1 times to +1 times `way`.
  const pass = (at, way) => {
    const row = way * step;
    let least = far[at];
    if (far[at + way] + STRAIGHT < least) least = far[at + way] + STRAIGHT;
    if (far[at + row] + STRAIGHT < least) least = far[at + row] + STRAIGHT;
    if (far[at + row - 1] + DIAGONAL < least) least = far[at + row - 1] + DIAGONAL;
    if (far[at + row + 1] + DIAGONAL < least) least = far[at + row + 1] + DIAGONAL;
    if (far[at + row - 2] + LONG < least) least = far[at + row - 2] + LONG;
    if (far[at + row + 2] + LONG < least) least = far[at + row + 2] + LONG;
    if (far[at + 2 * row - 1] + LONG < least) least = far[at + 2 * row - 1] + LONG;
    if (far[at + 2 * row + 1] + LONG < least) least = far[at + 2 * row + 1] + LONG;
    far[at] = least;
  };
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, at = (y + 2) * step + 2; x < width; x++, at++, from++) {
      if (mask[from] === zero) far[at] = 0;
      else pass(at, -1);
    }
  }
  for (let y = height - 1, to = width * height - 1; y >= 0; y--) {
    for (let x = width - 1, at = (y + 2) * step + 2 + x; x >= 0; x--, at--, to--) {
      if (far[at] > STRAIGHT) pass(at, 1);
      found[to] = far[at] / 65536;
    }
  }
  return found;
}

// For each new pixel of a side, the old pixels around it and the weight of the second one.
function between(size, newSize) {
  const scale = size / newSize, last = size - 1;
  return Array.from({ length: newSize }, (_, to) => {
    const exact = Math.fround((to + 0.5) * scale - 0.5), from = Math.floor(exact);
    const inside = (at) => Math.min(Math.max(at, 0), last);
    return { from: inside(from), next: inside(from + 1), weight: Math.fround(exact - from) };
  });
}

// cv2.resize with INTER_LINEAR, for float32.
function linear({ width, height, pixels }, newWidth, newHeight) {
  const columns = between(width, newWidth), made = new Float32Array(newWidth * newHeight);
  const upper = new Float32Array(newWidth), lower = new Float32Array(newWidth);
  between(height, newHeight).forEach(({ from, next, weight }, y) => {
    for (let x = 0; x < newWidth; x++) {
      const column = columns[x], left = 1 - column.weight;
      upper[x] = pixels[from * width + column.from] * left + pixels[from * width + column.next] * column.weight;
      lower[x] = pixels[next * width + column.from] * left + pixels[next * width + column.next] * column.weight;
      made[y * newWidth + x] = upper[x] * (1 - weight) + lower[x] * weight;
    }
  });
  return { width: newWidth, height: newHeight, pixels: made };
}

// The same for uint8, where OpenCV computes in fixed point with 11 bits.
function linear8({ width, height, pixels }, newWidth, newHeight) {
  const fixed = (entries) => entries.map(({ from, next, weight }) => ({
    from, next, after: rint(weight * 2048), before: rint((1 - weight) * 2048),
  }));
  // Along a row nothing is weighed where both are the same pixel; down a column it is, and rounded.
  const once = ({ from, next, weight }) => ({ from, next, weight: from === next ? 0 : weight });
  const columns = fixed(between(width, newWidth).map(once)), made = new Uint8Array(newWidth * newHeight);
  fixed(between(height, newHeight)).forEach(({ from, next, before, after }, y) => {
    columns.forEach((column, x) => {
      const along = (row) =>
        (pixels[row * width + column.from] * column.before + pixels[row * width + column.next] * column.after) >> 4;
      made[y * newWidth + x] = (((before * along(from)) >> 16) + ((after * along(next)) >> 16) + 2) >> 2;
    });
  });
  return { width: newWidth, height: newHeight, pixels: made };
}

// cv2.resize with INTER_NEAREST.
function nearest({ width, height, pixels }, newWidth, newHeight) {
  const made = new pixels.constructor(newWidth * newHeight);
  for (let y = 0; y < newHeight; y++) {
    const row = Math.min(Math.floor((y * height) / newHeight), height - 1) * width;
    for (let x = 0; x < newWidth; x++) {
      made[y * newWidth + x] = pixels[row + Math.min(Math.floor((x * width) / newWidth), width - 1)];
    }
  }
  return { width: newWidth, height: newHeight, pixels: made };
}

// For each new pixel of a side, the old ones that it covers, {first, weights}; the weights sum to 1.
function covered(size, newSize) {
  const scale = size / newSize;
  return Array.from({ length: newSize }, (_, to) => {
    const start = to * scale, end = start + scale, whole = Math.min(scale, size - start), weights = [];
    const last = Math.min(Math.floor(end), size - 1);
    let first = Math.min(Math.ceil(start), last);
    for (let at = first; at < last; at++) weights.push(1 / whole);
    if (end - last > 1e-3) weights.push(Math.min(end - last, 1, whole) / whole);
    if (first - start > 1e-3) weights.unshift((first-- - start) / whole);
    return { first, weights: Float32Array.from(weights) };
  });
}

// cv2.resize with INTER_AREA, for uint8 that becomes smaller.
function area({ width, height, pixels }, newWidth, newHeight) {
  const columns = covered(width, newWidth), made = new Uint8Array(newWidth * newHeight);
  const sums = new Float32Array(newWidth);
  covered(height, newHeight).forEach((rows, y) => {
    sums.fill(0);
    for (let number = 0; number < rows.weights.length; number++) {
      const row = (rows.first + number) * width, share = rows.weights[number];
      for (let x = 0; x < newWidth; x++) {
        const { first, weights } = columns[x];
        let sum = 0;
        for (let at = 0; at < weights.length; at++) {
          sum = Math.fround(sum + Math.fround(pixels[row + first + at] * weights[at]));
        }
        sums[x] += Math.fround(share * sum);
      }
    }
    for (let x = 0; x < newWidth; x++) made[y * newWidth + x] = Math.min(rint(sums[x]), 255);
  });
  return { width: newWidth, height: newHeight, pixels: made };
}
