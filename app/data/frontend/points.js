// @ts-check
// Points and what can be done to them. A point is [x, y, c]: c is 0 or 1, the class, or 1 on a
// curve. Every function gives a new list and leaves the one it got.

/** @import { Pair } from "../../shared/frontend/geometry.js" */
/** @typedef {[x: number, y: number, c: number]} Point */
/** @typedef {[left: number, right: number, bottom: number, top: number]} Domain */
/** @typedef {"mirror" | "flip" | "half" | "quarters"} CopyWay */

/**
 * Points at a given spacing on the way from one place to another, without the first one.
 *
 * @param {Pair} from
 * @param {Pair} to
 * @param {Pair} spacing
 * @returns {Pair[]}
 */
export function along(from, to, spacing) {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const steps = Math.floor(Math.hypot(dx / spacing[0], dy / spacing[1]));
  /** @type {Pair[]} */
  const places = [];
  for (let i = 1; i <= steps; i++)
    places.push([from[0] + (dx * i) / steps, from[1] + (dy * i) / steps]);
  return places;
}

/**
 * Add points of a class at these places.
 *
 * @param {Point[]} points
 * @param {Pair[]} places
 * @param {number} c
 * @param {number} most
 * @returns {Point[]}
 */
export function put(points, places, c, most) {
  /** @type {Point[]} */
  const added = places.map(([x, y]) => [x, y, c]);
  return [...points, ...added].slice(0, most);
}

/**
 * Add targets of a curve; the newest one replaces others within the spacing along x.
 *
 * @param {Point[]} points
 * @param {Pair[]} places
 * @param {number} spacing
 * @param {number} most
 * @returns {Point[]}
 */
export function putOnCurve(points, places, spacing, most) {
  let kept = points;
  for (const [x, y] of places) {
    kept = kept.filter((point) => Math.abs(point[0] - x) >= spacing * 0.6);
    kept.push([x, y, 1]);
  }
  return kept.slice(0, most);
}

/**
 * Distance in units of the spacing across and upwards, so that a disc on the screen is round.
 *
 * @param {Point | Pair} point
 * @param {Pair} place
 * @param {Pair} spacing
 */
function distance(point, place, spacing) {
  return Math.hypot((point[0] - place[0]) / spacing[0], (point[1] - place[1]) / spacing[1]);
}

/**
 * Remove the points within a radius, in units of the spacing.
 *
 * @param {Point[]} points
 * @param {Pair} place
 * @param {number} radius
 * @param {Pair} spacing
 */
export function erase(points, place, radius, spacing) {
  return points.filter((point) => distance(point, place, spacing) > radius);
}

/**
 * Index of the nearest point, -1 if there is none.
 *
 * @param {Point[]} points
 * @param {Pair} place
 * @param {Pair} spacing
 */
export function nearest(points, place, spacing) {
  let best = -1;
  let least = Infinity;
  points.forEach((point, i) => {
    const far = distance(point, place, spacing);
    if (far < least) [best, least] = [i, far];
  });
  return best;
}

/**
 * Move every point by a normal step; of a curve only upwards. random: () => number in [0, 1).
 *
 * @param {Point[]} points
 * @param {Pair} pair
 * @param {boolean} curve
 * @param {Domain} domain
 * @returns {Point[]}
 */
export function noisy(points, [sx, sy], curve, domain, random = Math.random) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return points.map(([x, y, c]) =>
    inside([curve ? x : x + sx * normal(), y + sy * normal(), c], domain),
  );
}

/**
 * @param {Point} point
 * @param {Domain} domain
 * @returns {Point}
 */
function inside([x, y, c], [left, right, bottom, top]) {
  return [Math.max(left, Math.min(right, x)), Math.max(bottom, Math.min(top, y)), c];
}

/** @type {Record<CopyWay, (place: Pair) => Pair[]>} */
const COPIES = {
  mirror: ([x, y]) => [[-x, y]],
  flip: ([x, y]) => [[x, -y]],
  half: ([x, y]) => [[-x, -y]],
  quarters: ([x, y]) => [
    [-y, x],
    [-x, -y],
    [y, -x],
  ],
};

/**
 * Add symmetric copies around the centre of the plane: mirror (left and right), flip (up and down),
 * half (a half turn) or quarters (all quarter turns). `swap`: a copy takes the other class, of
 * quarter turns every second one. Copies that fall on a point that is there are left out.
 *
 * @param {Point[]} points
 * @param {CopyWay} way
 * @param {boolean} swap
 * @param {Domain} domain
 * @param {number} most
 * @returns {Point[]}
 */
export function copies(points, way, swap, domain, most) {
  const middle = [(domain[0] + domain[1]) / 2, (domain[2] + domain[3]) / 2];
  const half = [(domain[1] - domain[0]) / 2, (domain[3] - domain[2]) / 2];
  const known = new Set(points.map(key));
  /** @type {Point[]} */
  const added = [];
  for (const [x, y, c] of points) {
    /** @type {Pair} */
    const unit = [(x - middle[0]) / half[0], (y - middle[1]) / half[1]];
    COPIES[way](unit).forEach(([u, v], i) => {
      /** @type {Point} */
      const point = [
        middle[0] + u * half[0],
        middle[1] + v * half[1],
        swap && i % 2 === 0 ? 1 - c : c,
      ];
      if (known.has(key(point))) return;
      known.add(key(point));
      added.push(point);
    });
  }
  return [...points, ...added].slice(0, most);
}

/** @param {Point} point */
function key([x, y]) {
  return `${x.toPrecision(9)},${y.toPrecision(9)}`;
}

/**
 * Numbers packed by the server, three to a point.
 *
 * @param {ArrayLike<number>} floats
 * @returns {Point[]}
 */
export function unpack(floats) {
  /** @type {Point[]} */
  const points = [];
  for (let i = 0; i + 2 < floats.length; i += 3)
    points.push([floats[i], floats[i + 1], floats[i + 2]]);
  return points;
}

/**
 * "24 orange, 30 blue", or "12 points".
 *
 * @param {Point[]} points
 * @param {boolean} curve
 * @param {string[]} names
 */
export function counted(points, curve, names) {
  if (curve) return `${points.length} point${points.length === 1 ? "" : "s"}`;
  const blue = points.filter((point) => point[2] === 1).length;
  return `${points.length - blue} ${names[0]}, ${blue} ${names[1]}`;
}
