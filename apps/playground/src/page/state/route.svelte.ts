// Which page is shown: the address says it, behind the #, so that links, the back button and bookmarks work on any server.

export const PAGES = {
  learn: 'Learn',
  inside: 'Look inside',
  scale: 'Scale',
  use: 'Use',
} as const;

export type PageName = keyof typeof PAGES;

function fromAddress(): PageName {
  const name = location.hash.replace(/^#\/?/, '').split('?')[0]!;
  return name in PAGES ? (name as PageName) : 'learn';
}

class Route {
  page = $state<PageName>(fromAddress());

  constructor() {
    addEventListener('hashchange', () => {
      this.page = fromAddress();
    });
  }
}

export const route = new Route();
