"""Cases as Open311 GeoReport v2 has them: public copies, and posts of registered applications."""
