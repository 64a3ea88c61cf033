// 
struct fl { int n; int a[]; };
struct nest { struct fl f; int z; };
struct nest2 { int y; struct fl f; };
struct zero { int n; int b[0]; }; struct nz { struct zero z; int q; };
union uf { struct fl f; int x; }; struct nu { union uf u; int k; };
struct deep { struct nest2 n; int k; };
struct arr { struct fl f[2]; int k; };
struct pt { struct fl *p; int k; };
