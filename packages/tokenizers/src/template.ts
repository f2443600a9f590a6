// What stands round a text and between the texts of a pair: [CLS] A [SEP] B [SEP] for BERT, nothing for GPT-2.

/** A text's tokens, or special tokens; `typeId` tells a model to which text of a pair they belong. */
export type TemplateItem =
  | { readonly sequence: 'A' | 'B'; readonly typeId: number }
  | { readonly ids: readonly number[]; readonly typeId: number };

export interface Template {
  readonly single: readonly TemplateItem[];
  readonly pair: readonly TemplateItem[];
}

/** No special tokens; the second text of a pair has type 1. */
export const PLAIN_TEMPLATE: Template = {
  single: [{ sequence: 'A', typeId: 0 }],
  pair: [
    { sequence: 'A', typeId: 0 },
    { sequence: 'B', typeId: 1 },
  ],
};

/** BERT's: [CLS] A [SEP], and [CLS] A [SEP] B [SEP] with type 1 from B on (Devlin et al., section 3.1). */
export function bertTemplate(cls: number, sep: number): Template {
  const single: readonly TemplateItem[] = [
    { ids: [cls], typeId: 0 },
    { sequence: 'A', typeId: 0 },
    { ids: [sep], typeId: 0 },
  ];
  return { single, pair: [...single, { sequence: 'B', typeId: 1 }, { ids: [sep], typeId: 1 }] };
}

/** RoBERTa's: <s> A </s>, and <s> A </s></s> B </s>, all of type 0. */
export function robertaTemplate(cls: number, sep: number): Template {
  const single: readonly TemplateItem[] = [
    { ids: [cls], typeId: 0 },
    { sequence: 'A', typeId: 0 },
    { ids: [sep], typeId: 0 },
  ];
  return {
    single,
    pair: [...single, { ids: [sep], typeId: 0 }, { sequence: 'B', typeId: 0 }, { ids: [sep], typeId: 0 }],
  };
}

/** How many special tokens a template adds. */
export function templateTokens(items: readonly TemplateItem[]): number {
  return items.reduce((sum, item) => sum + ('ids' in item ? item.ids.length : 0), 0);
}
