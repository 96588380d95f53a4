def guess(litres):
    return round(litres*0.4,2)
