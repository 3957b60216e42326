"""How paper is printed: a sheet that shapes both scripts, tables that flow over pages, QR codes. Pure: no database, no clock."""
