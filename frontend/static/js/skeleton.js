// Draws the 24 keypoints of a moment over the film.
const LEAST = 25; // percent; a point below is a guess that would only jump about
const REACH_S = 0.35; // further from a sampled frame than this, nothing is drawn

class Skeleton {
  constructor(track) { this.track = track; }

  static async load(url) {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    return answer.ok ? new Skeleton(await answer.json()) : null;
  }

  /** Points at a time, in between two frames if both are there; null where nobody was found. */
  at(time) {
    const { times, points } = this.track;
    let high = times.findIndex((t) => t >= time);
    if (high < 0) high = times.length - 1;
    const low = Math.max(0, high - 1);
    const share = times[high] > times[low] ? Math.min(1, Math.max(0, (time - times[low]) / (times[high] - times[low]))) : 0;
    if (Math.min(Math.abs(times[low] - time), Math.abs(times[high] - time)) > REACH_S) return null;
    const [a, b] = [points[low], points[high]];
    if (!a || !b) return (share < 0.5 ? a : b) ?? a ?? b;
    return a.map((value, i) => value + (b[i] - value) * share);
  }

  draw(canvas, time) {
    const pen = canvas.getContext("2d");
    pen.clearRect(0, 0, canvas.width, canvas.height);
    const points = this.at(time);
    if (!points) return;
    const [sx, sy] = [canvas.width / this.track.size[0], canvas.height / this.track.size[1]];
    const unit = Math.max(canvas.width, canvas.height) / 640;
    const place = (i) => [points[3 * i] * sx, points[3 * i + 1] * sy];
    const seen = (i) => points[3 * i + 2] >= LEAST;
    const style = getComputedStyle(canvas);
    this.drawBones(pen, place, seen, unit, style.getPropertyValue("--bone"));
    pen.fillStyle = style.getPropertyValue("--joint");
    for (let i = 0; i < points.length / 3; i += 1) {
      if (!seen(i)) continue;
      pen.beginPath();
      pen.arc(...place(i), (i < 5 ? 2.2 : 3.6) * unit, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  drawBones(pen, place, seen, unit, colour) {
    pen.lineCap = "round";
    for (const [width, stroke] of [[8 * unit, "rgb(0 0 0 / 45%)"], [5 * unit, colour]]) {
      pen.lineWidth = width;
      pen.strokeStyle = stroke;
      pen.beginPath();
      for (const [a, b] of this.track.edges) {
        if (!seen(a) || !seen(b)) continue;
        pen.moveTo(...place(a));
        pen.lineTo(...place(b));
      }
      pen.stroke();
    }
  }
}

globalThis.diary.Skeleton = Skeleton;
