// The peer that rfft is measured against: FFTW3, float, one thread, FFTW_MEASURE, batched real transforms of neighbouring
// rows. Build: gcc -O2 -o fftw_peer fftw_peer.c -lfftw3f -lm. Run: fftw_peer N BATCH [RUNS]. Prints one line of JSON.
#include <fftw3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e3 + t.tv_nsec * 1e-6;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: fftw_peer N BATCH [RUNS]\n");
    return 2;
  }
  int n = atoi(argv[1]), batch = atoi(argv[2]), runs = argc > 3 ? atoi(argv[3]) : 7, bins = n / 2 + 1;
  float *x = fftwf_malloc(sizeof(float) * (size_t)n * batch);
  fftwf_complex *y = fftwf_malloc(sizeof(fftwf_complex) * (size_t)bins * batch);
  fftwf_plan plan = fftwf_plan_many_dft_r2c(1, &n, batch, x, NULL, 1, n, y, NULL, 1, bins, FFTW_MEASURE);
  for (long i = 0; i < (long)n * batch; i++) x[i] = (float)rand() / RAND_MAX - 0.5f;
  // as many transforms a run as take about 50 ms
  fftwf_execute(plan);
  double started = now();
  fftwf_execute(plan);
  double once = now() - started;
  int repeats = once < 50 ? (int)(50 / (once + 1e-6)) + 1 : 1;
  double *times = malloc(sizeof(double) * runs);
  for (int r = 0; r < runs; r++) {
    started = now();
    for (int i = 0; i < repeats; i++) fftwf_execute(plan);
    times[r] = (now() - started) / repeats;
  }
  qsort(times, runs, sizeof(double), ascending);
  printf("{\"op\":\"rfft\",\"library\":\"%s\",\"n\":%d,\"batch\":%d,\"medianMs\":%.6f,\"minMs\":%.6f}\n", fftwf_version, n,
         batch, times[runs / 2], times[0]);
  fftwf_destroy_plan(plan);
  return 0;
}
