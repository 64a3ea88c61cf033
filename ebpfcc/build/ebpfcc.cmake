# CMake's toolchain file for BPF programs:
#
#   cmake -B build --toolchain "$(ebpfcc -print-file-name=ebpfcc.cmake)"
#
#   add_library(filter OBJECT filter.bpf.c)   # $<TARGET_OBJECTS:filter> is the object for libbpf
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR bpf)
if(NOT DEFINED CMAKE_C_COMPILER)
  set(CMAKE_C_COMPILER ebpfcc)
endif()
set(CMAKE_C_COMPILER_TARGET bpf)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY) # CMake's checks of the compiler are not to link
set(CMAKE_C_FLAGS_INIT "-g") # BTF, which libbpf wants of every object
# the verifier wants optimised code: no build type leaves it out
set(CMAKE_C_FLAGS_DEBUG_INIT "-O2")
set(CMAKE_C_FLAGS_RELEASE "-O2" CACHE STRING "")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2" CACHE STRING "")
set(CMAKE_C_FLAGS_MINSIZEREL "-Os" CACHE STRING "")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "")
endif()
