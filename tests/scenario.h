/*
 * scenario.h - readable days: who is on the list, what happens when, what must come of it.
 *
 * Runs over the real store, desk and reply grammar on the virtual clock, with simulated phones
 * behind one simulated channel. The words of the files are explained in scenarios/README.md.
 */
#ifndef QUANZU_SCENARIO_H
#define QUANZU_SCENARIO_H

#include <stdbool.h>

/*
 * Plays one file. False: something was not as expected; `why` gets file, line and what was there
 * instead. With `restarts` the gateway is stopped and started again after every line, which must
 * make no difference.
 */
bool scenario_play(const char *path, bool restarts, char *why, int why_size);

#endif
