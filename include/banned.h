/* banned.h - included last: functions that nobody in this house calls. */
#ifndef QUANZU_BANNED_H
#define QUANZU_BANNED_H

#pragma GCC poison strcpy strcat sprintf vsprintf strtok sscanf atoi atol system popen gets

#endif
