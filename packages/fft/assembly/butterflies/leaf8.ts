// Leaves of 8 points: a radix-2 and a radix-4 level in one, their twiddles being constants.
import { madd, nmadd } from '../../../../tooling/build/assembly/fma';
import { plain4, plainInverse4 } from './radix4';

const HALF_ROOT: f32 = 0.7071067811865476;

/** The last levels (2, 4) of the forward transform: `blocks` transforms of 8 neighbouring points. */
export function forwardLeaf8(work: usize, blocks: usize): void {
  const end = work + (blocks << 8);
  const c = f32x4.splat(HALF_ROOT);
  for (let p = work; p < end; p += 256) {
    let ar = v128.load(p);
    let ai = v128.load(p, 16);
    let br = v128.load(p, 128);
    let bi = v128.load(p, 144);
    v128.store(p, f32x4.add(ar, br));
    v128.store(p, f32x4.add(ai, bi), 16);
    v128.store(p, f32x4.sub(ar, br), 128);
    v128.store(p, f32x4.sub(ai, bi), 144);
    // times (1 - i)/√2
    ar = v128.load(p, 32);
    ai = v128.load(p, 48);
    br = v128.load(p, 160);
    bi = v128.load(p, 176);
    v128.store(p, f32x4.add(ar, br), 32);
    v128.store(p, f32x4.add(ai, bi), 48);
    let dr = f32x4.sub(ar, br);
    let di = f32x4.sub(ai, bi);
    v128.store(p, f32x4.mul(f32x4.add(dr, di), c), 160);
    v128.store(p, f32x4.mul(f32x4.sub(di, dr), c), 176);
    // times -i
    ar = v128.load(p, 64);
    ai = v128.load(p, 80);
    br = v128.load(p, 192);
    bi = v128.load(p, 208);
    v128.store(p, f32x4.add(ar, br), 64);
    v128.store(p, f32x4.add(ai, bi), 80);
    v128.store(p, f32x4.sub(ai, bi), 192);
    v128.store(p, f32x4.sub(br, ar), 208);
    // times (-1 - i)/√2
    ar = v128.load(p, 96);
    ai = v128.load(p, 112);
    br = v128.load(p, 224);
    bi = v128.load(p, 240);
    v128.store(p, f32x4.add(ar, br), 96);
    v128.store(p, f32x4.add(ai, bi), 112);
    dr = f32x4.sub(br, ar);
    di = f32x4.sub(ai, bi);
    v128.store(p, f32x4.mul(f32x4.add(di, dr), c), 224);
    v128.store(p, f32x4.mul(f32x4.sub(dr, di), c), 240);
    plain4(p, 32);
    plain4(p + 128, 32);
  }
}

/** The first levels (4, 2) of the inverse. */
export function inverseLeaf8(work: usize, blocks: usize): void {
  const end = work + (blocks << 8);
  const c = f32x4.splat(HALF_ROOT);
  for (let p = work; p < end; p += 256) {
    plainInverse4(p, 32);
    plainInverse4(p + 128, 32);
    let ar = v128.load(p);
    let ai = v128.load(p, 16);
    let br = v128.load(p, 128);
    let bi = v128.load(p, 144);
    v128.store(p, f32x4.add(ar, br));
    v128.store(p, f32x4.add(ai, bi), 16);
    v128.store(p, f32x4.sub(ar, br), 128);
    v128.store(p, f32x4.sub(ai, bi), 144);
    // times (1 + i)/√2
    let yr = v128.load(p, 160);
    let yi = v128.load(p, 176);
    br = f32x4.sub(yr, yi);
    bi = f32x4.add(yr, yi);
    ar = v128.load(p, 32);
    ai = v128.load(p, 48);
    v128.store(p, madd(br, c, ar), 32);
    v128.store(p, madd(bi, c, ai), 48);
    v128.store(p, nmadd(br, c, ar), 160);
    v128.store(p, nmadd(bi, c, ai), 176);
    // times i
    ar = v128.load(p, 64);
    ai = v128.load(p, 80);
    yr = v128.load(p, 192);
    yi = v128.load(p, 208);
    v128.store(p, f32x4.sub(ar, yi), 64);
    v128.store(p, f32x4.add(ai, yr), 80);
    v128.store(p, f32x4.add(ar, yi), 192);
    v128.store(p, f32x4.sub(ai, yr), 208);
    // times (-1 + i)/√2: b = -(yr + yi)c, (yr - yi)c
    yr = v128.load(p, 224);
    yi = v128.load(p, 240);
    br = f32x4.add(yr, yi);
    bi = f32x4.sub(yr, yi);
    ar = v128.load(p, 96);
    ai = v128.load(p, 112);
    v128.store(p, nmadd(br, c, ar), 96);
    v128.store(p, madd(bi, c, ai), 112);
    v128.store(p, madd(br, c, ar), 224);
    v128.store(p, nmadd(bi, c, ai), 240);
  }
}
