dnl Finding Tcl: tclConfig.sh says how to compile, link and run.

dnl SSLKEYS_TCL
dnl   sets TCL_INCLUDE_SPEC TCL_STUB_LIB_SPEC TCL_VERSION TCL_CONFIG_DIR SHLIB_SUFFIX TCLSH
AC_DEFUN([SSLKEYS_TCL], [
AC_ARG_WITH([tcl],
    [AS_HELP_STRING([--with-tcl=DIR], [directory that holds tclConfig.sh])],
    [sslkeys_tcl_places=$withval],
    [sslkeys_multiarch=`$CXX -print-multiarch 2>/dev/null`
     sslkeys_tcl_places=
     for sslkeys_root in "$prefix" /usr /usr/local /opt/homebrew/opt/tcl-tk; do
         for sslkeys_leaf in "lib/$sslkeys_multiarch/tcl8.6" "lib/$sslkeys_multiarch" \
                 lib/tcl8.6 lib64 lib; do
             sslkeys_tcl_places="$sslkeys_tcl_places $sslkeys_root/$sslkeys_leaf"
         done
     done])
AC_MSG_CHECKING([for tclConfig.sh])
sslkeys_tcl_config=
for sslkeys_place in $sslkeys_tcl_places; do
    if test -r "$sslkeys_place/tclConfig.sh"; then
        sslkeys_tcl_config=$sslkeys_place/tclConfig.sh
        break
    fi
done
if test -z "$sslkeys_tcl_config"; then
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([tclConfig.sh not found: install Tcl's development files (Debian: tcl-dev) or say --with-tcl=DIR])
fi
AC_MSG_RESULT([$sslkeys_tcl_config])
. "$sslkeys_tcl_config"

AC_MSG_CHECKING([for Tcl 8.6 or newer with stubs])
case $TCL_VERSION in
    [8.[6-9]|9.*]) ;;
    *) AC_MSG_ERROR([Tcl $TCL_VERSION is too old]) ;;
esac
test "$TCL_SUPPORTS_STUBS" = 1 || AC_MSG_ERROR([this Tcl was built without stubs])
AC_MSG_RESULT([$TCL_VERSION])

AC_PATH_PROGS([TCLSH], [tclsh$TCL_VERSION tclsh], [],
    [$TCL_EXEC_PREFIX/bin$PATH_SEPARATOR$PATH])
test -n "$TCLSH" || AC_MSG_ERROR([tclsh$TCL_VERSION not found])

SHLIB_SUFFIX=${TCL_SHLIB_SUFFIX:-.so}
TCL_CONFIG_DIR=`dirname "$sslkeys_tcl_config"`
AC_SUBST([TCL_CONFIG_DIR])
AC_SUBST([TCL_VERSION])
AC_SUBST([TCL_INCLUDE_SPEC])
AC_SUBST([TCL_STUB_LIB_SPEC])
AC_SUBST([SHLIB_SUFFIX])
])

dnl SSLKEYS_PACKAGE_DIR
dnl   sets packagedir: $libdir/sslkeys0.1, or $libdir/tcltk/sslkeys0.1 where this Tcl looks for
dnl   packages in $libdir/tcltk (Debian) and --libdir was not given.
AC_DEFUN([SSLKEYS_PACKAGE_DIR], [
AC_MSG_CHECKING([where packages are installed])
sslkeys_prefix=$prefix
test "$sslkeys_prefix" != NONE || sslkeys_prefix=$ac_default_prefix
packagedir='${libdir}'/$PACKAGE_NAME$PACKAGE_MAJOR_MINOR
if test "$libdir" = '${exec_prefix}/lib'; then
    case " $TCL_PACKAGE_PATH " in
        *" $sslkeys_prefix/lib/tcltk "*)
            packagedir='${libdir}'/tcltk/$PACKAGE_NAME$PACKAGE_MAJOR_MINOR ;;
    esac
fi
AC_MSG_RESULT([$packagedir])
AC_SUBST([packagedir])
])
