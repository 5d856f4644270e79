/* banned.h - included last: functions that nobody in this house calls. */
#ifndef QUANZU_BANNED_H
#define QUANZU_BANNED_H

/* clang with _FORTIFY_SOURCE makes macros of these. */
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat

#pragma GCC poison strcpy strcat sprintf vsprintf strtok sscanf atoi atol system popen gets

#endif
