// anywidget is published as a module that says `define(needs, make)`; what it would make is taken here.

export let anywidget;

export function define(_needs, make) {
  anywidget = make;
}
