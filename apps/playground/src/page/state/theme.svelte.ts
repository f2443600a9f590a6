// Light or dark: as the system says, until the visitor says otherwise; then that is remembered.

export type ThemeChoice = 'auto' | 'light' | 'dark';

const KEY = 'orchid-theme';
const system = matchMedia('(prefers-color-scheme: dark)');

/** Where a browser keeps nothing for this page, even asking throws; the choice is then for this visit. */
function store(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}

function stored(): ThemeChoice {
  const value = store()?.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

class Theme {
  choice = $state<ThemeChoice>(stored());
  #systemIsDark = $state(system.matches);
  readonly isDark = $derived(this.choice === 'auto' ? this.#systemIsDark : this.choice === 'dark');

  constructor() {
    system.addEventListener('change', ({ matches }) => {
      this.#systemIsDark = matches;
    });
    this.#apply();
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    if (choice === 'auto') store()?.removeItem(KEY);
    else store()?.setItem(KEY, choice);
    this.#apply();
  }

  #apply(): void {
    if (this.choice === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = this.choice;
  }
}

export const theme = new Theme();
