dnl The compiler: C++17, its warnings, its sanitizers.

dnl SSLKEYS_CXX17
dnl   sets CXX_STANDARD
AC_DEFUN([SSLKEYS_CXX17], [
AC_MSG_CHECKING([whether $CXX speaks C++17])
CXX_STANDARD=-std=c++17
sslkeys_saved=$CXXFLAGS
CXXFLAGS="$CXXFLAGS $CXX_STANDARD"
AC_LINK_IFELSE(
    [AC_LANG_PROGRAM([[#include <optional>
#include <string_view>
#if __cplusplus < 201703L
#error too old
#endif]], [[std::optional<std::string_view> word{"yes"}; return word ? 0 : 1;]])],
    [AC_MSG_RESULT([yes])],
    [AC_MSG_RESULT([no])
     AC_MSG_ERROR([a C++17 compiler is needed (Debian: g++ or clang)])])
CXXFLAGS=$sslkeys_saved
AC_SUBST([CXX_STANDARD])
])

dnl SSLKEYS_FLAGS
dnl   --enable-werror  turns warnings into errors; ours do so, a packager's build need not
dnl   --enable-asan    builds with the address and undefined-behaviour sanitizers
dnl   sets WARNING_FLAGS SANITIZER_FLAGS LINK_FLAGS
AC_DEFUN([SSLKEYS_FLAGS], [
WARNING_FLAGS="-Wall -Wextra -Wpedantic"
AC_ARG_ENABLE([werror],
    [AS_HELP_STRING([--enable-werror], [treat warnings as errors])],
    [], [enable_werror=no])
test "$enable_werror" = no || WARNING_FLAGS="$WARNING_FLAGS -Werror"

SANITIZER_FLAGS=
LINK_FLAGS='-Wl,-z,defs'
AC_ARG_ENABLE([asan],
    [AS_HELP_STRING([--enable-asan], [build with AddressSanitizer and UBSan])],
    [], [enable_asan=no])
if test "$enable_asan" != no; then
    SANITIZER_FLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
    LINK_FLAGS=
fi
case `uname -s` in Linux) ;; *) LINK_FLAGS= ;; esac
AC_SUBST([WARNING_FLAGS])
AC_SUBST([SANITIZER_FLAGS])
AC_SUBST([LINK_FLAGS])
])
