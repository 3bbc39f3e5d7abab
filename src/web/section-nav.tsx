import { Icon, type IconName } from "./icons.tsx";

/** The number of items that fit on a 360 px wide bar. Further sections are behind "More". */
const BAR_ITEMS_MAX = 5;

export interface NavItem {
  readonly href: string;
  readonly label: string;
  readonly icon: IconName;
  readonly isOpen: boolean;
}

/** The console's navigation. On a phone it is a bar at the bottom, with further items behind "More". */
export function SectionNav(props: { label: string; items: readonly NavItem[]; more: string }) {
  const { label, items, more } = props;
  const inBar = items.length <= BAR_ITEMS_MAX ? items.length : BAR_ITEMS_MAX - 1;
  const rest = items.slice(inBar);
  const link = ({ href, label: text, icon, isOpen }: NavItem, look = "") => (
    <a class={look} href={href} aria-current={isOpen ? "page" : undefined}>
      <Icon name={icon} />
      {text}
    </a>
  );
  return (
    <div class="guild-nav">
      <nav aria-label={label}>
        {items.slice(0, inBar).map((one) => link(one))}
        {rest.map((one) => link(one, "rest"))}
        {rest.length > 0 && (
          <details class={`menu more ${rest.some(({ isOpen }) => isOpen) ? "current" : ""}`}>
            <summary>
              <Icon name="more" />
              {more}
            </summary>
            <div class="menu-items">{rest.map((one) => link(one))}</div>
          </details>
        )}
      </nav>
    </div>
  );
}
