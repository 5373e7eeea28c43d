/** Draw again only when a prop changed; Preact's own `memo` would bring the whole of compat. */
import { Component, createElement } from "preact";
import type { FunctionComponent, VNode } from "preact";

function differ(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  return Object.keys(a).length !== Object.keys(b).length || Object.keys(a).some((name) => a[name] !== b[name]);
}

export function memo<P extends object>(view: FunctionComponent<P>): new () => Component<P> {
  return class Memo extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      return differ(this.props, next);
    }

    override render(): VNode {
      return createElement(view, this.props as P) as VNode;
    }
  };
}
