// The peer that rfft is measured against: FFTW3, float, one thread, FFTW_MEASURE, batched real transforms of neighbouring
// rows. Build: gcc -O2 -o fftw_peer fftw_peer.c -lfftw3f -lm. Reads lines "N BATCH"; answers each with a line of JSON,
// the time of one transform in a run of about 50 ms. Started by run.mjs.
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static double timed(fftwf_plan plan, int repeats) {
  double started = now();
  for (int i = 0; i < repeats; i++) fftwf_execute(plan);
  return (now() - started) / repeats;
}

int main(void) {
  int n, batch, last_n = 0, last_batch = 0, repeats = 1;
  float *x = NULL;
  fftwf_complex *y = NULL;
  fftwf_plan plan = NULL;
  while (scanf("%d %d", &n, &batch) == 2) {
    if (n != last_n || batch != last_batch) {
      int bins = n / 2 + 1;
      if (plan) {
        fftwf_destroy_plan(plan);
        fftwf_free(x);
        fftwf_free(y);
      }
      x = fftwf_malloc(sizeof(float) * (size_t)n * batch);
      y = fftwf_malloc(sizeof(fftwf_complex) * (size_t)bins * batch);
      plan = fftwf_plan_many_dft_r2c(1, &n, batch, x, NULL, 1, n, y, NULL, 1, bins, FFTW_MEASURE);
      for (long i = 0; i < (long)n * batch; i++) x[i] = (float)rand() / RAND_MAX - 0.5f;
      double until = now() + 300;
      while (now() < until) fftwf_execute(plan);
      repeats = (int)(50 / timed(plan, 3)) + 1;
      last_n = n;
      last_batch = batch;
    }
    printf("{\"library\":\"%s\",\"n\":%d,\"batch\":%d,\"ms\":%.6f}\n", fftwf_version, n, batch, timed(plan, repeats));
    fflush(stdout);
  }
  return 0;
}
