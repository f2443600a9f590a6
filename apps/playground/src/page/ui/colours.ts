// Colours of the theme for what is drawn on a canvas, which knows nothing of CSS variables.

/** What `var(--name)` is at an element, as canvases take it. */
export function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
