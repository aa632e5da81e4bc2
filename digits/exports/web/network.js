// A network in plain JavaScript. `described` is what digits/exports/web/graph.py reads from a LiteRT file: {input, output,
// tensors, operations}; tensors are {shape, start?}, with `start` where a constant lies among the weights.
// Images and maps are (height, width, channels), row by row; a batch has one image.

function network(described, weights) {
  const { tensors, operations, input, output } = described;
  const length = (shape) => shape.reduce((product, side) => product * side, 1);
  const values = tensors.map(({ shape, start }) =>
    start === undefined ? null : weights.subarray(start, start + length(shape)),
  );
  const steps = operations.map((operation) => {
    const [from, ...more] = operation.inputs;
    const shapes = operation.inputs.map((number) => tensors[number].shape);
    const compute = OPERATIONS[operation.kind](
      operation, shapes, tensors[operation.output].shape, more.map((number) => values[number]),
    );
    const after = ACTIVATIONS[operation.activation];
    return () => {
      const made = compute(...operation.inputs.map((number) => values[number]));
      values[operation.output] = after ? made.map(after) : made;
    };
  });
  // pixels: 784 numbers, 0 = paper, 255 = ink. Returns the outputs, a Float32Array.
  return function forward(pixels) {
    values[input] = Float32Array.from(pixels);
    for (const step of steps) step();
    return values[output];
  };
}

const ACTIVATIONS = {
  relu: (x) => (x > 0 ? x : 0),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  tanh: Math.tanh,
};

// Each takes the operation, the shapes of its inputs and of its output, and its constants; it returns a function from
// the inputs to the output.
const OPERATIONS = {
  convolution: ({ stride, before }, [shape, [filters, rows, columns]], size, [kernel, bias]) => {
    const [, height, width, channels] = shape, [, newHeight, newWidth] = size;
    const byInput = transposed(kernel, filters, rows * columns * channels);
    return (x) => {
      const made = new Float32Array(newHeight * newWidth * filters);
      for (let y = 0, at = 0; y < newHeight; y++) {
        for (let z = 0; z < newWidth; z++, at += filters) {
          const sums = made.subarray(at, at + filters);
          if (bias) sums.set(bias);
          for (let row = 0; row < rows; row++) {
            const from = y * stride[0] + row - before[0];
            if (from < 0 || from >= height) continue;
            for (let column = 0; column < columns; column++) {
              const next = z * stride[1] + column - before[1];
              if (next < 0 || next >= width) continue;
              add(sums, x, (from * width + next) * channels, channels, byInput, (row * columns + column) * channels);
            }
          }
        }
      }
      return made;
    };
  },

  depthwise: ({ stride, before }, [shape, [, rows, columns, filters]], size, [kernel, bias]) => {
    const [, height, width, channels] = shape, [, newHeight, newWidth] = size, each = filters / channels;
    return (x) => {
      const made = new Float32Array(newHeight * newWidth * filters);
      for (let y = 0, at = 0; y < newHeight; y++) {
        for (let z = 0; z < newWidth; z++, at += filters) {
          for (let filter = 0; filter < filters; filter++) {
            let sum = bias ? bias[filter] : 0;
            for (let row = 0; row < rows; row++) {
              const from = y * stride[0] + row - before[0];
              if (from < 0 || from >= height) continue;
              for (let column = 0; column < columns; column++) {
                const next = z * stride[1] + column - before[1];
                if (next < 0 || next >= width) continue;
                const channel = Math.floor(filter / each);
                sum += x[(from * width + next) * channels + channel] * kernel[(row * columns + column) * filters + filter];
              }
            }
            made[at + filter] = sum;
          }
        }
      }
      return made;
    };
  },

  dense: (_, [, [units, size]], __, [kernel, bias]) => {
    const byInput = transposed(kernel, units, size);
    return (x) => {
      const sums = bias ? Float32Array.from(bias) : new Float32Array(units);
      add(sums, x, 0, size, byInput, 0);
      return sums;
    };
  },

  pool: ({ stride, before, window, average }, [[, height, width, channels]], [, newHeight, newWidth]) => (x) => {
    const made = new Float32Array(newHeight * newWidth * channels);
    for (let y = 0, at = 0; y < newHeight; y++) {
      for (let z = 0; z < newWidth; z++) {
        for (let channel = 0; channel < channels; channel++, at++) {
          let sum = 0, most = -Infinity, count = 0;
          for (let row = 0; row < window[0]; row++) {
            for (let column = 0; column < window[1]; column++) {
              const from = y * stride[0] + row - before[0], next = z * stride[1] + column - before[1];
              if (from < 0 || from >= height || next < 0 || next >= width) continue;
              const value = x[(from * width + next) * channels + channel];
              sum += value;
              most = Math.max(most, value);
              count++;
            }
          }
          made[at] = average ? sum / count : most;
        }
      }
    }
    return made;
  },

  mean: (_, [[, height, width, channels]]) => (x) => {
    const made = new Float32Array(channels);
    x.forEach((value, at) => (made[at % channels] += value));
    return made.map((sum) => sum / (height * width));
  },

  softmax: ({ beta }) => (x) => {
    const most = x.reduce((a, b) => Math.max(a, b)), powers = x.map((value) => Math.exp(beta * (value - most)));
    const sum = powers.reduce((a, b) => a + b);
    return powers.map((power) => power / sum);
  },

  reshape: () => (x) => x,
  relu: () => (x) => x.map(ACTIVATIONS.relu),
  relu6: () => (x) => x.map(ACTIVATIONS.relu6),
  tanh: () => (x) => x.map(Math.tanh),
  sigmoid: () => (x) => x.map(sigmoid),
  elu: () => (x) => x.map((value) => (value > 0 ? value : Math.expm1(value))),
  leaky: ({ slope }) => (x) => x.map((value) => (value > 0 ? value : slope * value)),
  hard_swish: () => (x) => x.map((value) => (value * Math.min(Math.max(value + 3, 0), 6)) / 6),
  exp: () => (x) => x.map(Math.exp),
  log: () => (x) => x.map(Math.log),
  abs: () => (x) => x.map(Math.abs),
  negative: () => (x) => x.map((value) => -value),
  add: elementwise((a, b) => a + b),
  subtract: elementwise((a, b) => a - b),
  multiply: elementwise((a, b) => a * b),
  divide: elementwise((a, b) => a / b),
  maximum: elementwise(Math.max),
  minimum: elementwise(Math.min),
  prelu: elementwise((x, slope) => (x > 0 ? x : slope * x)),
};

// A shorter side is repeated: one number for all, or one for each channel.
function elementwise(compute) {
  return () => (a, b) => {
    const made = new Float32Array(Math.max(a.length, b.length));
    return made.map((_, at) => compute(a[at % a.length], b[at % b.length]));
  };
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

// (outputs, inputs) to (inputs, outputs): the sums of one input lie side by side.
function transposed(kernel, outputs, inputs) {
  const made = new Float32Array(kernel.length);
  for (let to = 0; to < outputs; to++) {
    for (let from = 0; from < inputs; from++) made[from * outputs + to] = kernel[to * inputs + from];
  }
  return made;
}

// Add to `sums` what `count` inputs from `start` on contribute. Most inputs are 0: paper, or cut off by ReLU.
function add(sums, inputs, start, count, kernel, row) {
  const outputs = sums.length;
  for (let number = 0; number < count; number++) {
    const value = inputs[start + number];
    if (value === 0) continue;
    const from = (row + number) * outputs;
    for (let to = 0; to < outputs; to++) sums[to] += value * kernel[from + to];
  }
}

// base64 of little-endian float32.
function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}
