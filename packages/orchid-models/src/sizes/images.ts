// The sizes of image classifiers.
import type { NamedSize } from './size.ts';

const orchid = 'Karami & Ghodsi 2024';

const cifar = {
  model_type: 'orchid-vit',
  image_size: 32,
  hidden_size: 128,
  num_hidden_layers: 6,
  residual_long_conv: false,
  num_labels: 10,
} as const;
const cifarNote = 'without the residual long convolution';

export const IMAGE_SIZES: readonly NamedSize[] = [
  {
    name: 'orchid-vit-base',
    config: { model_type: 'orchid-vit', hidden_size: 768, num_hidden_layers: 12, filter_order: 128, num_labels: 1000 },
    published: { parameters: 48e6, tolerance: 0.02, source: orchid },
    note: 'ImageNet at 224 pixels, patches of 16; filters of order 128, as in Orchid-BERT',
  },
  {
    name: 'vit-base',
    config: { model_type: 'vit', num_labels: 1000 },
    published: { parameters: 87e6, tolerance: 0.01, source: 'Dosovitskiy et al. 2021' },
    note: 'ImageNet at 224 pixels, patches of 16',
  },
  ...([4, 2] as const).map((patch) => ({
    name: `orchid-vit-cifar10-patch${patch}`,
    config: { ...cifar, patch_size: patch },
    published: { parameters: 735e3, tolerance: 0.047, source: orchid },
    note: cifarNote,
  })),
  {
    name: 'orchid-vit-cifar10-patch1',
    config: { ...cifar, patch_size: 1, position_embedding_type: 'none' },
    published: { parameters: 735e3, tolerance: 0.047, source: orchid },
    note: `${cifarNote}, and without learned positions: the 1,024 of them alone would be 131 K`,
  },
];
