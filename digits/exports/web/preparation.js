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
    const stroke = 4 * median(relief.pixels.filter((distance) => distance > 0));
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
    const inside = new Uint8Array(width * height), outside = new Uint8Array(width * height).fill(1);
    for (let y = 0; y < scaled.height; y++) {
      for (let x = 0; x < scaled.width; x++) {
        if (scaled.pixels[y * scaled.width + x] < level) continue;
        const at = (y + MARGIN) * width + x + MARGIN;
        inside[at] = 1;
        outside[at] = 0;
      }
    }
    const within = distances(inside, width, height), without = distances(outside, width, height);
    // Distances run between pixel centres; the edge lies half way.
    const pixels = within.map((distance, at) => (inside[at] ? distance - 0.5 : 0.5 - without[at]));
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
    let grey = 0, all = 0;
    for (const value of part.pixels) {
      const fraction = value / most;
      grey += fraction * (1 - fraction);
      all += fraction;
    }
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
  for (const value of values) if (value > most) most = value;
  return most;
}

function median(values) {
  const sorted = values.sort(), half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : Math.fround((sorted[half - 1] + sorted[half]) / 2);
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

// The distance of each pixel to the nearest 0, by OpenCV's two passes with the weights of DIST_L2 and a 5 x 5 mask
// (Borgefors, Distance transformations in digital images, 1986), in fixed point like there.
function distances(mask, width, height) {
  const STRAIGHT = 65536, DIAGONAL = 91750, LONG = 143976, FAR = 0x1fffffff;
  const step = width + 4, paper = new Int32Array(step * (height + 4)).fill(FAR);
  const found = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0, at = (y + 2) * step + 2; x < width; x++, at++) {
      if (!mask[y * width + x]) {
        paper[at] = 0;
        continue;
      }
      paper[at] = Math.min(
        paper[at - 2 * step - 1] + LONG, paper[at - 2 * step + 1] + LONG, paper[at - step - 2] + LONG,
        paper[at - step - 1] + DIAGONAL, paper[at - step] + STRAIGHT, paper[at - step + 1] + DIAGONAL,
        paper[at - step + 2] + LONG, paper[at - 1] + STRAIGHT,
      );
    }
  }
  for (let y = height - 1; y >= 0; y--) {
    for (let x = width - 1, at = (y + 2) * step + 2 + x; x >= 0; x--, at--) {
      if (paper[at] > STRAIGHT) {
        paper[at] = Math.min(
          paper[at],
          paper[at + 2 * step + 1] + LONG, paper[at + 2 * step - 1] + LONG, paper[at + step + 2] + LONG,
          paper[at + step + 1] + DIAGONAL, paper[at + step] + STRAIGHT, paper[at + step - 1] + DIAGONAL,
          paper[at + step - 2] + LONG, paper[at + 1] + STRAIGHT,
        );
      }
      found[y * width + x] = Math.min(paper[at], FAR) / 65536;
    }
  }
  return found;
}

// For each new pixel of a side, the old pixel at or before it and the weight of the next one.
function between(size, newSize) {
  const scale = size / newSize;
  return Array.from({ length: newSize }, (_, to) => {
    const exact = Math.fround((to + 0.5) * scale - 0.5), from = Math.floor(exact);
    if (from < 0) return { from: 0, next: 0, weight: 0 };
    if (from >= size - 1) return { from: size - 1, next: size - 1, weight: 0 };
    return { from, next: from + 1, weight: Math.fround(exact - from) };
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
  const columns = fixed(between(width, newWidth)), made = new Uint8Array(newWidth * newHeight);
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

// The old pixels that each new one covers, and their weights, which sum to 1.
function covered(size, newSize) {
  const scale = size / newSize;
  return Array.from({ length: newSize }, (_, to) => {
    const start = to * scale, end = start + scale, whole = Math.min(scale, size - start), parts = [];
    const last = Math.min(Math.floor(end), size - 1), first = Math.min(Math.ceil(start), last);
    if (first - start > 1e-3) parts.push([first - 1, Math.fround((first - start) / whole)]);
    for (let at = first; at < last; at++) parts.push([at, Math.fround(1 / whole)]);
    if (end - last > 1e-3) parts.push([last, Math.fround(Math.min(end - last, 1, whole) / whole)]);
    return parts;
  });
}

// cv2.resize with INTER_AREA, for uint8 that becomes smaller.
function area({ width, height, pixels }, newWidth, newHeight) {
  const columns = covered(width, newWidth), rows = covered(height, newHeight);
  const made = new Uint8Array(newWidth * newHeight), sums = new Float32Array(newWidth);
  rows.forEach((parts, y) => {
    sums.fill(0);
    for (const [row, share] of parts) {
      columns.forEach((cells, x) => {
        let sum = 0;
        for (const [column, weight] of cells) sum = Math.fround(sum + Math.fround(pixels[row * width + column] * weight));
        sums[x] += Math.fround(share * sum);
      });
    }
    for (let x = 0; x < newWidth; x++) made[y * newWidth + x] = Math.min(rint(sums[x]), 255);
  });
  return { width: newWidth, height: newHeight, pixels: made };
}
