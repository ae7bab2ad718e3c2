// A layer of torch's GRU over whole series, forward and backward. baselines/gru.py compiles this file and calls it.
//
// Arrays are [features, records, samples] in float32, so that neighbouring samples fill a vector register. What needs no
// earlier record (the products with the inputs, the gradients of the weights) is left to torch, as one large product.
// No sum runs over samples here: a sample's numbers do not depend on its neighbours.

#include <cstdint>
#include <cstring>

namespace {

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
constexpr int WIDE = 2 * LANES;  // samples that are computed together
constexpr int ROWS = 4;          // rows of a product at a time: their sums stay in registers

typedef float Vector __attribute__((vector_size(4 * LANES)));
typedef int32_t Integers __attribute__((vector_size(4 * LANES)));

inline Vector all(float value) { return value - Vector{}; }

inline Vector load(const float* from, int64_t count = LANES) {
    Vector vector{};
    if (count >= LANES) {
        std::memcpy(&vector, from, sizeof(Vector));
    } else {
        for (int64_t i = 0; i < count; ++i) vector[i] = from[i];
    }
    return vector;
}

inline void store(float* to, Vector vector, int64_t count = LANES) {
    if (count >= LANES) {
        std::memcpy(to, &vector, sizeof(Vector));
    } else {
        for (int64_t i = 0; i < count; ++i) to[i] = vector[i];
    }
}

// eˣ = 2ⁿ eʳ with |r| ≤ ln(2) / 2: a polynomial of degree 6 (Cephes), right to the last bits of a float.
inline Vector exponential(Vector x) {
    const Vector high = all(88.0f), low = all(-87.0f), rounder = all(12582912.0f);  // 1.5 · 2²³
    x = x > high ? high : x;
    x = x < low ? low : x;
    const Vector shifted = x * 1.44269504088896341f + rounder;
    const Vector n = shifted - rounder;
    const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    Vector p = all(1.9875691500e-4f);
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    Integers bits, rounder_bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    std::memcpy(&rounder_bits, &rounder, sizeof bits);
    const Integers power_bits = (bits - rounder_bits + 127) << 23;
    Vector power;
    std::memcpy(&power, &power_bits, sizeof power);
    return p * power;
}

inline Vector sigmoid(Vector x) { return 1.0f / (1.0f + exponential(-x)); }

inline Vector hyperbolic_tangent(Vector x) { return 1.0f - 2.0f / (1.0f + exponential(x + x)); }

template <int COUNT>
inline void add_rows(const float* weight, int64_t columns, const float* inputs, float* outputs) {
    Vector sums[COUNT][2];
    for (int row = 0; row < COUNT; ++row) {
        sums[row][0] = load(outputs + row * WIDE);
        sums[row][1] = load(outputs + row * WIDE + LANES);
    }
    for (int64_t column = 0; column < columns; ++column) {
        const Vector first = load(inputs + column * WIDE), second = load(inputs + column * WIDE + LANES);
        for (int row = 0; row < COUNT; ++row) {
            const Vector factor = all(weight[row * columns + column]);
            sums[row][0] += factor * first;
            sums[row][1] += factor * second;
        }
    }
    for (int row = 0; row < COUNT; ++row) {
        store(outputs + row * WIDE, sums[row][0]);
        store(outputs + row * WIDE + LANES, sums[row][1]);
    }
}

// outputs [rows, WIDE] += weight [rows, columns] · inputs [columns, WIDE]
inline void add_product(const float* weight, int64_t rows, int64_t columns, const float* inputs, float* outputs) {
    int64_t row = 0;
    for (; row + ROWS <= rows; row += ROWS) {
        add_rows<ROWS>(weight + row * columns, columns, inputs, outputs + row * WIDE);
    }
    for (; row < rows; ++row) add_rows<1>(weight + row * columns, columns, inputs, outputs + row * WIDE);
}

}  // namespace

extern "C" {

// projected [3u, t, b]: what the inputs add to candidate, reset and update gate; weight [3u, u] has torch's order (reset,
// update, candidate); bias [4u] that of reset gate, update gate, what the reset gate multiplies, and candidate. Fills
// hidden [u, t, b] and, unless it is null, kept [4u, t, b]: candidate, both gates, what the reset gate multiplies.
// scratch has room for u (b + 128) numbers.
void gru_forward(int64_t units, int64_t records, int64_t samples, float* hidden, const float* projected,
                 const float* weight, const float* bias, float* kept, float* scratch) {
    const int64_t feature = records * samples, gate = units * feature;
    const int64_t groups = (samples + WIDE - 1) / WIDE;
    float *products = scratch, *states = scratch + 3 * units * WIDE;
    for (int64_t i = 0; i < groups * units * WIDE; ++i) states[i] = 0.0f;
    for (int64_t record = 0; record < records; ++record) {
        for (int64_t start = 0; start < samples; start += WIDE) {
            float* state = states + start * units;
            for (int64_t row = 0; row < 3 * units; ++row) {
                for (int lane = 0; lane < WIDE; ++lane) products[row * WIDE + lane] = bias[row];
            }
            add_product(weight, 3 * units, units, state, products);
            for (int64_t unit = 0; unit < units; ++unit) {
                for (int64_t lane = 0; lane < WIDE && start + lane < samples; lane += LANES) {
                    const int64_t count = samples - start - lane;
                    const int64_t at = unit * feature + record * samples + start + lane;
                    for (int row = 0; row < 3; ++row) __builtin_prefetch(projected + row * gate + at + samples);
                    float* own = state + unit * WIDE + lane;
                    const float* product = products + unit * WIDE + lane;
                    const Vector reset = sigmoid(load(projected + gate + at, count) + load(product));
                    const Vector update = sigmoid(load(projected + 2 * gate + at, count) + load(product + units * WIDE));
                    const Vector gated = load(product + 2 * units * WIDE);
                    const Vector own_inputs = load(projected + at, count) + bias[3 * units + unit];
                    const Vector candidate = hyperbolic_tangent(own_inputs + reset * gated);
                    const Vector next = candidate + update * (load(own) - candidate);
                    store(own, next);
                    store(hidden + at, next, count);
                    if (kept) {
                        store(kept + at, candidate, count);
                        store(kept + gate + at, reset, count);
                        store(kept + 2 * gate + at, update, count);
                        store(kept + 3 * gate + at, gated, count);
                    }
                }
            }
        }
    }
}

// gradient [u, t, b] is that of hidden, transposed [u, 3u] the transpose of weight. Fills sums [4u, t, b]: the gradients
// of what candidate, reset and update gate are functions of, and of what the reset gate multiplies.
void gru_backward(int64_t units, int64_t records, int64_t samples, const float* hidden, const float* gradient,
                  const float* transposed, const float* kept, float* sums, float* scratch) {
    const int64_t feature = records * samples, gate = units * feature;
    const int64_t groups = (samples + WIDE - 1) / WIDE;
    float *own = scratch, *all_carried = scratch + 3 * units * WIDE;
    for (int64_t i = 0; i < (3 + groups) * units * WIDE; ++i) scratch[i] = 0.0f;
    for (int64_t record = records - 1; record >= 0; --record) {
        for (int64_t start = 0; start < samples; start += WIDE) {
            float* carried = all_carried + start * units;
            for (int64_t unit = 0; unit < units; ++unit) {
                for (int64_t lane = 0; lane < WIDE && start + lane < samples; lane += LANES) {
                    const int64_t count = samples - start - lane;
                    const int64_t at = unit * feature + record * samples + start + lane;
                    const Vector candidate = load(kept + at, count), reset = load(kept + gate + at, count);
                    const Vector update = load(kept + 2 * gate + at, count);
                    const Vector before = record ? load(hidden + at - samples, count) : Vector{};
                    float* carry = carried + unit * WIDE + lane;
                    const Vector total = load(gradient + at, count) + load(carry);
                    const Vector to_candidate = total * (1.0f - update) * (1.0f - candidate * candidate);
                    const Vector to_gated = to_candidate * reset;
                    const Vector to_reset = to_candidate * load(kept + 3 * gate + at, count) * reset * (1.0f - reset);
                    const Vector to_update = total * (before - candidate) * update * (1.0f - update);
                    store(carry, total * update);
                    float* mine = own + unit * WIDE + lane;
                    store(mine, to_reset);
                    store(mine + units * WIDE, to_update);
                    store(mine + 2 * units * WIDE, to_gated);
                    store(sums + at, to_candidate, count);
                    store(sums + gate + at, to_reset, count);
                    store(sums + 2 * gate + at, to_update, count);
                    store(sums + 3 * gate + at, to_gated, count);
                }
            }
            add_product(transposed, units, 3 * units, own, carried);
        }
    }
}

}  // extern "C"
