/// <reference lib="dom" />
/**
 * A drawing that is panned and zoomed, by pointer, wheel, touch and keys.
 *
 * @module
 */

import type { ComponentChildren } from "preact";
import { html } from "htm/preact";
import { useEffect, useRef } from "preact/hooks";

/** Draws its children in a view that can be moved. The transform is set without a render. */
export function Canvas(
  { width, height, label, children }: {
    width: number;
    height: number;
    label: string;
    children: ComponentChildren;
  },
) {
  const box = useRef<HTMLDivElement>(null);
  const group = useRef<SVGGElement>(null);
  const view = useRef({ x: 0, y: 0, scale: 1, isTouched: false });
  const apply = () => {
    const { x, y, scale } = view.current;
    group.current?.setAttribute("transform", `translate(${x} ${y}) scale(${scale})`);
    box.current?.classList.toggle("far", scale < 0.45);
  };
  const fit = () => {
    if (box.current === null) return; // a change of size that comes after the end
    const { clientWidth, clientHeight } = box.current;
    const scale = Math.min(1, (clientWidth - 20) / width, (clientHeight - 20) / height);
    view.current = {
      x: Math.max(10, (clientWidth - width * scale) / 2),
      y: Math.max(10, (clientHeight - height * scale) / 2),
      scale: Math.max(0.02, scale),
      isTouched: false,
    };
    apply();
  };
  const zoom = (factor: number, cx?: number, cy?: number) => {
    const { x, y, scale } = view.current;
    const next = Math.min(4, Math.max(0.02, scale * factor));
    const px = cx ?? box.current!.clientWidth / 2;
    const py = cy ?? box.current!.clientHeight / 2;
    view.current = {
      x: px - (px - x) * next / scale,
      y: py - (py - y) * next / scale,
      scale: next,
      isTouched: true,
    };
    apply();
  };
  const move = (dx: number, dy: number) => {
    view.current = {
      ...view.current,
      x: view.current.x + dx,
      y: view.current.y + dy,
      isTouched: true,
    };
    apply();
  };
  useEffect(() => {
    if (!view.current.isTouched) fit();
  }, [width, height]);
  useEffect(() => {
    const element = box.current!;
    const pointers = new Map<number, PointerEvent>();
    let frame = 0;
    let [dx, dy] = [0, 0];
    const later = () => {
      frame = 0;
      move(dx, dy);
      [dx, dy] = [0, 0];
    };
    const down = (event: PointerEvent) => {
      pointers.set(event.pointerId, event);
    };
    const drag = (event: PointerEvent) => {
      const before = pointers.get(event.pointerId);
      if (before === undefined) return;
      if (pointers.size === 2) {
        const other = [...pointers.values()].find(({ pointerId }) =>
          pointerId !== event.pointerId
        )!;
        const distance = (a: PointerEvent, b: PointerEvent) =>
          Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        const { left, top } = element.getBoundingClientRect();
        zoom(
          distance(event, other) / Math.max(1, distance(before, other)),
          (event.clientX + other.clientX) / 2 - left,
          (event.clientY + other.clientY) / 2 - top,
        );
      } else {
        dx += event.clientX - before.clientX;
        dy += event.clientY - before.clientY;
        if (Math.abs(dx) + Math.abs(dy) > 3) element.setPointerCapture(event.pointerId);
        frame ||= requestAnimationFrame(later);
      }
      pointers.set(event.pointerId, event);
    };
    const up = (event: PointerEvent) => pointers.delete(event.pointerId);
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY / 400), event.clientX - left, event.clientY - top);
    };
    const resized = new ResizeObserver(() => view.current.isTouched || fit());
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", drag);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("wheel", wheel, { passive: false });
    resized.observe(element);
    return () => {
      resized.disconnect();
      cancelAnimationFrame(frame);
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", drag);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
      element.removeEventListener("wheel", wheel);
    };
  }, [width, height]);
  const key = (event: KeyboardEvent) => {
    const step: Record<string, () => void> = {
      ArrowLeft: () => move(60, 0),
      ArrowRight: () => move(-60, 0),
      ArrowUp: () => move(0, 60),
      ArrowDown: () => move(0, -60),
      "+": () => zoom(1.25),
      "=": () => zoom(1.25),
      "-": () => zoom(0.8),
      "0": fit,
    };
    if (event.target !== event.currentTarget || step[event.key] === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    step[event.key]!();
  };
  return html`
    <div class="canvas-frame">
      <div class="canvas" ref=${box} tabindex="0" role="group" aria-label=${label}
        onKeyDown=${key}>
        <svg width="100%" height="100%">
          <g ref=${group}>${children}</g>
        </svg>
      </div>
      <div class="zoom"><button aria-label="Zoom in" onClick=${() => zoom(1.25)}>+</button>
          <button aria-label="Zoom out" onClick=${() => zoom(0.8)}>−</button>
          <button aria-label="Show all" onClick=${fit}>⤢</button></div>
    </div>
  `;
}
