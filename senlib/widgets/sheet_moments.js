// Changes wait while a button is down or letters are being composed, so that nothing on the page moves meanwhile.

// A button that is down for longer than this is not a press that anything has to wait for, in milliseconds.
const PRESS = 1500;

export class Moments {
  constructor(root) {
    this.pressing = 0;
    this.composing = false;
    this.postponed = [];
    root.addEventListener("compositionstart", () => {
      this.composing = true;
    });
    root.addEventListener("compositionend", () => {
      this.composing = false;
      setTimeout(() => this.goOn());
    });
    const lifted = () => setTimeout(() => this.lift()); // the click comes first
    this.events = {
      pointerdown: (event) => this.press(event),
      pointerup: lifted,
      pointercancel: lifted,
    };
  }

  later(act) {
    if (this.pressing || this.composing) this.postponed.push(act);
    else act();
  }

  goOn() {
    while (this.postponed.length && !this.pressing && !this.composing)
      this.postponed.shift()();
  }

  press(event) {
    if (event.button !== 0) return;
    clearTimeout(this.pressing);
    this.pressing = setTimeout(() => this.lift(), PRESS);
  }

  lift() {
    clearTimeout(this.pressing);
    this.pressing = 0;
    this.goOn();
  }
}
