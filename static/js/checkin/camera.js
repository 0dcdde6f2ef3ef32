// The camera: reads continuously, here on the phone; the same code held in view is one reading. Its torch, and another lens.
const WHILE_HELD = 1500;
const READABLE = 800; // an answer stays at least this long before the next code takes its place
const PAUSE = 120;

export class Camera {
  constructor(video, { wasm, seen, failed }) {
    Object.assign(this, { video, seen, failed, held: new Map(), told: -Infinity, lens: "", stream: null });
    const api = window.BarcodeDetectionAPI;
    api.prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) } });
    this.detector = new api.BarcodeDetector({ formats: ["qr_code"] });
  }

  // Raises what getUserMedia raises.
  async start() {
    this.stop();
    const which = this.lens ? { deviceId: { exact: this.lens } } : { facingMode: { ideal: "environment" } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video: which, audio: false });
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look(this.stream);
  }

  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
  }

  async look(stream) {
    if (this.stream !== stream) return;
    try {
      // While somebody is being searched for or written down, a code in front of the camera does not take the page away.
      if (!this.video.closest("[data-door-page][hidden]")) for (const { rawValue } of await this.detector.detect(this.video)) this.met(rawValue);
    } catch (fault) {
      if (fault.name !== "InvalidStateError") return this.failed();
    }
    setTimeout(() => this.look(stream), PAUSE);
  }

  met(code) {
    const now = performance.now();
    for (const [other, at] of this.held) if (now - at >= WHILE_HELD) this.held.delete(other);
    const isHeld = this.held.has(code);
    if (!isHeld && now - this.told < READABLE) return;
    this.held.set(code, now);
    if (isHeld) return;
    this.told = now;
    this.seen(code);
  }

  get track() {
    return this.stream?.getVideoTracks()[0];
  }

  get hasTorch() {
    return Boolean(this.track?.getCapabilities?.().torch);
  }

  async light(on) {
    await this.track.applyConstraints({ advanced: [{ torch: on }] });
  }

  async lenses() {
    const all = (await navigator.mediaDevices.enumerateDevices?.()) ?? [];
    return all.filter((one) => one.kind === "videoinput" && one.deviceId);
  }

  // The next of its cameras.
  async turn() {
    const lenses = await this.lenses();
    const now = lenses.findIndex((one) => one.deviceId === (this.track?.getSettings().deviceId ?? this.lens));
    this.lens = lenses[(now + 1) % lenses.length].deviceId;
    await this.start();
  }
}
