// An image file as pixels, by the browser's own decoders.

export interface FilePixels {
  readonly pixels: Uint8ClampedArray;
  readonly height: number;
  readonly width: number;
  readonly channels: 4;
}

/** @throws Error when the browser cannot decode the file */
export async function pixelsOf(file: File): Promise<FilePixels> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { pixels: context.getImageData(0, 0, width, height).data, height, width, channels: 4 };
}
